"""Any delivery == full refresh: the same landing files by a plan and all at once, compared row by row."""
