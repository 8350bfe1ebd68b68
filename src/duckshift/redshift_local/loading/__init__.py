"""What COPY does with files: options, records, values, and the errors that it logs."""
