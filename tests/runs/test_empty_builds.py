"""`--empty` and `--sample` build tables from a part of their inputs: no later run takes it for all."""

import pytest
from tests.runs.conftest import OnDuckDB

MODELS = ("--select", "points", "totals")


@pytest.mark.parametrize("is_rebuilt", [True, False], ids=["rebuilt", "new"])
def test_a_table_that_was_built_empty_is_filled_by_the_next_run(
    on_duckdb: OnDuckDB, *, is_rebuilt: bool
) -> None:
    on_duckdb.succeeds(
        "build", *(("--exclude", "gated") if is_rebuilt else ("--select", "raw_events factors"))
    )
    on_duckdb.succeeds("run", *MODELS, "--empty", "--full-refresh")
    assert on_duckdb.rows("select count(*) from {schema}.points") == [(0,)]
    on_duckdb.succeeds("run", *MODELS)
    assert on_duckdb.rows("select * from {schema}.points") == [(1, 101)]
    assert on_duckdb.rows("select * from {schema}.totals") == [(1, 102)]
