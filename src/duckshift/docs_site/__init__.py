"""The docs site: one folder of pages about the warehouse that works from file://, offline."""
