"""Statements that are calls of functions inside PostgreSQL."""

from duckshift.redshift_local.backend import Translation


def perform(call: str, tag: str) -> Translation:
    """Return the call of a PostgreSQL function as a statement without rows, answered by this command tag."""
    mark = "rs"
    while f"${mark}$" in call:
        mark += "s"
    return Translation(f"do ${mark}$ begin perform {call}; end ${mark}$", tag)
