"""Questions to a warehouse and to the raw files beside it."""

from typing import Any

import duckdb

SAMPLES = 5


def one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    """Return the value of a query that has one."""
    ((value,),) = connection.execute(query).fetchall()
    return value


def assert_same_rows(connection: duckdb.DuckDBPyConnection, found: str, expected: str) -> int:
    """Fail with the differing rows unless two queries have the same rows, each as often; returns how many."""
    rows = connection.execute(
        f"""
        with found as materialized ({found}), expected as materialized ({expected})

        select 'unexpected', * from (from found except all from expected)
        union all
        select 'missing', * from (from expected except all from found)
        order by all
        """
    ).fetchall()
    unexpected = [row[1:] for row in rows if row[0] == "unexpected"]
    missing = [row[1:] for row in rows if row[0] == "missing"]
    assert not rows, (
        f"{len(unexpected)} rows of the warehouse are unexpected, such as {unexpected[:SAMPLES]}; "
        f"{len(missing)} expected ones are missing, such as {missing[:SAMPLES]}"
    )
    return int(one(connection, f"select count(*) from ({expected})"))
