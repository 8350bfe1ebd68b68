"""On DuckDB the sort key is the order in which rows are written; nothing else of the design has an effect."""

import re
from typing import Any

import duckdb
import pytest
from tests.physical.conftest import DbtProject, on_duckdb

ROWS = 300_000
QUERY = """
select
    cast((number * 7919) % 100003 as bigint) as reading_id,
    cast(date '2024-01-01' + cast(number % 365 as integer) as date) as taken_on,
    cast({run} as bigint) as _run_id
from range({rows}) as numbers (number)
"""
COLUMNS: dict[str, dict[str, Any]] = {
    "reading_id": {"data_type": "bigint", "constraints": [{"type": "not_null"}]},
    "taken_on": {"data_type": "date"},
    "_run_id": {"data_type": "bigint"},
}
SORT = ["taken_on", "reading_id"]


def write(project: DbtProject, run: int) -> None:
    query = QUERY.format(run=run, rows=ROWS)
    contract = {"enforced": True}
    project.model("plain", query, COLUMNS, materialized="table", sort=SORT, dist="reading_id")
    project.model("contracted", query, COLUMNS, materialized="table", sort=SORT, contract=contract)
    project.model(
        "appended", query, COLUMNS, materialized="incremental", incremental_strategy="append", sort=SORT
    )
    project.model(
        "arriving",
        query,
        COLUMNS,
        materialized="incremental",
        incremental_strategy="append",
        sort=["_run_id", "taken_on"],
    )
    project.model("unsorted", query, COLUMNS, materialized="table", sort="auto")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    project = on_duckdb(tmp_path_factory.mktemp("ordered") / "project", empty=True)
    for run in (1, 2):
        write(project, run)
        project.succeeds("run")
    return project


def rows(project: DbtProject, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(project.folder / "physical.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def disorder(project: DbtProject, table: str, run: int) -> int:
    """Return how many rows lie before one that should come earlier."""
    query = f"""
        select count(*) from (
            select (taken_on, reading_id) < lag((taken_on, reading_id)) over (order by rowid) as is_early
            from {table} where _run_id = {run}
        ) where is_early
    """
    ((count,),) = rows(project, query)
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize("table", ["plain", "contracted"])
def test_tables_are_written_in_the_order_of_the_sort_key(built: DbtProject, table: str) -> None:
    assert disorder(built, table, run=2) == 0


@pytest.mark.parametrize("run", [1, 2])
def test_each_run_appends_its_rows_in_that_order(built: DbtProject, run: int) -> None:
    assert disorder(built, "appended", run) == 0
    assert rows(built, f"select count(*) from appended where _run_id = {run}") == [(ROWS,)]


def test_rows_that_arrive_in_order_are_not_sorted_again(built: DbtProject) -> None:
    assert disorder(built, "arriving", run=1) > 0
    assert rows(
        built,
        "select count(*) from (select _run_id < lag(_run_id) over (order by rowid) as is_early"
        " from arriving) where is_early",
    ) == [(0,)]


def test_without_a_sort_key_rows_stay_as_they_come(built: DbtProject) -> None:
    assert disorder(built, "unsorted", run=2) > 0


def test_duckdb_gets_no_keys_and_nothing_to_alter(built: DbtProject) -> None:
    assert rows(built, "select distinct constraint_type from duckdb_constraints()") == [("NOT NULL",)]
    log = (built.folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert "svv_" not in log
    assert set(re.findall(r"alter table\s+\S+\s+(\w+)", log)) == {"rename"}


def test_the_dry_run_says_that_duckdb_has_nothing_to_alter(built: DbtProject) -> None:
    printed = built.succeeds("run-operation", "physical_changes").output
    assert "-- nothing to alter: DuckDB has no distribution, sort keys or encodings" in printed
