"""How a Parquet type fits the landing contract's, in one place for whoever tells of it."""

from duckshift.warehouse_code import landing_plugin

FULL, FORWARD, BACKWARD, BREAKING = "full", "forward", "backward", "breaking"

# Parquet types that need no conversion, by the first word of the contract's type. What has no place at all
# says the landing plugin, as it does to a build; of all others each value is tried.
FITTING = {
    "integer": ("INTEGER", "SMALLINT", "TINYINT"),
    "bigint": ("BIGINT", "INTEGER", "SMALLINT", "TINYINT"),
    "decimal": ("DECIMAL", "BIGINT", "INTEGER", "SMALLINT", "TINYINT"),
    "timestamp": ("TIMESTAMP", "DATE"),
}


def fit(column: str, found: str, expected: str) -> str:
    """Return how well a column of a Parquet type can be read as the contract's: full, backward, breaking."""
    if landing_plugin().misfit(column, found, expected):
        return BREAKING
    base = expected.split("(", maxsplit=1)[0]
    return FULL if found.startswith(FITTING.get(base, (base.upper(),))) else BACKWARD
