"""The states of a rejected record, as the models in `quarantine` name them."""

OPEN, REPLAYED, ACCEPTED, ALL = "open", "replayed", "accepted", "all"
STATES = (OPEN, REPLAYED, ACCEPTED, ALL)
"""ALL is no state but the choice of every one."""
