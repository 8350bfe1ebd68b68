"""The states of what was refused, as the models in `quarantine` name them."""

OPEN, REPLAYED, ACCEPTED, WITHDRAWN, ALL = "open", "replayed", "accepted", "withdrawn", "all"
STATES = (OPEN, REPLAYED, ACCEPTED, WITHDRAWN, ALL)
"""Only a file is withdrawn: taken away from the landing zone. ALL is no state but the choice of every one."""
