"""Tools around the Duckshift warehouse: landing data, and proof of what the warehouse claims."""
