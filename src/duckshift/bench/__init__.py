"""Measurements of the warehouse on this machine (docs/operations.md)."""
