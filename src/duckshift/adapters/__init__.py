"""Public data sets mapped to the landing contract, and to nothing else."""
