"""Change logs and watermarks do not grow for ever, and nobody misses what was dropped.

Most runs here are only told of: dbt takes seconds for each.
"""

import re

from tests.runs.conftest import OnDuckDB, Warehouse

KEPT = 3  # the var change_log_runs in dbt_project.yml


def log_of(warehouse: Warehouse) -> list[tuple[int, str]]:
    """Return run and operation of each row of the change log of `points`."""
    return [
        (run, change)
        for run, change in warehouse.rows("select run_id, op from {ops}.changes__points order by 1")
    ]


def watermarks_of(warehouse: Warehouse) -> list[tuple[str, str, int]]:
    """Return model, input and run of each watermark."""
    return [
        (model, name, run)
        for model, name, run in warehouse.rows("select * from {ops}.watermarks order by 1, 3")
    ]


def change_points(warehouse: Warehouse, runs: int, *, is_read: bool) -> list[int]:
    """Change the only row of `points` in as many runs, which `totals` has read or not; return their ids."""
    last = warehouse.run_ids()[-1]
    ids = [last + number + 1 for number in range(runs)]
    for run in ids:
        warehouse.run(
            f"insert into {{ops}}.runs values ({run}, 'run {run}', 'run', '2026-01-01 00:00:00')",
            "update {schema}.points set points = points + 1",
            f"insert into {{ops}}.changes__points values ({run}, 'update', 1, 1)",
            f"insert into {{ops}}.watermarks values ('points', 'raw_events', {run})",
            "insert into {ops}.model_builds"
            f" select model_name, {run}, 'incremental', code_checksum, 1, 0, 1, 0"
            " from {ops}.model_builds where model_name = 'points' and build_kind = 'full'",
        )
        if is_read:
            warehouse.run(
                f"insert into {{ops}}.watermarks values ('totals', 'points', {run})",
                "update {schema}.totals set total = total + 1",
            )
    return ids


def totals_are_right(warehouse: Warehouse) -> bool:
    """Whether `totals` follows from `points`."""
    rows = warehouse.rows(
        "select count(*) from {schema}.points inner join {schema}.totals"
        " on points.event_id = totals.event_id and totals.total = points.points + 1"
    )
    return rows == [(1,)]


def test_what_all_have_read_goes_but_for_the_newest_runs(warehouse: Warehouse) -> None:
    warehouse.succeeds("build")
    (first,) = warehouse.run_ids()
    assert log_of(warehouse) == [(first, "reset")]
    runs = change_points(warehouse, KEPT + 2, is_read=True)
    warehouse.succeeds("run")
    # One row stands for what was dropped, and one watermark is left of each model and input.
    assert log_of(warehouse) == [(runs[1], "reset"), *((run, "update") for run in runs[2:])]
    assert watermarks_of(warehouse) == [("points", "raw_events", runs[-1]), ("totals", "points", runs[-1])]
    assert totals_are_right(warehouse)
    assert warehouse.holders() == []


def test_where_nothing_is_due_there_is_one_query_and_no_write(on_duckdb: OnDuckDB) -> None:
    on_duckdb.succeeds("build")
    change_points(on_duckdb, KEPT - 1, is_read=True)
    before = log_of(on_duckdb), watermarks_of(on_duckdb)
    log = on_duckdb.folder / "logs" / "dbt.log"
    log.unlink()
    on_duckdb.succeeds("run")
    said = log.read_text(encoding="utf-8")
    assert said.count("count(*) as row_count") == 1
    written = re.findall(r'(?:delete from|insert into|update) "warehouse"\."ops"\."(\w+)"', said)
    # The run itself, and the listing of landing files.
    assert set(written) == {"runs", "run_ends", "run_lock", "landed_objects"}
    assert (log_of(on_duckdb), watermarks_of(on_duckdb)) == before


def test_a_child_that_lags_holds_back_what_it_has_not_read(on_duckdb: OnDuckDB) -> None:
    on_duckdb.succeeds("build")
    runs = change_points(on_duckdb, 2, is_read=True)
    runs += change_points(on_duckdb, 2 * KEPT, is_read=False)
    on_duckdb.succeeds("run", "--select", "points")
    assert log_of(on_duckdb) == [(runs[1], "reset"), *((run, "update") for run in runs[2:])]
    on_duckdb.succeeds("run")
    assert totals_are_right(on_duckdb)


def test_a_child_that_was_disabled_holds_back_nothing_and_misses_nothing(on_duckdb: OnDuckDB) -> None:
    on_duckdb.succeeds("build")
    on_duckdb.replace("models/totals.sql", "config(", "config(enabled=false,")
    runs = change_points(on_duckdb, 2 * KEPT, is_read=False)
    on_duckdb.succeeds("run")
    assert log_of(on_duckdb) == [(runs[KEPT - 1], "reset"), *((run, "update") for run in runs[KEPT:])]
    on_duckdb.replace("models/totals.sql", "config(enabled=false,", "config(")
    assert not totals_are_right(on_duckdb)
    on_duckdb.succeeds("run")
    assert totals_are_right(on_duckdb)


def test_a_child_that_was_never_built_holds_back_nothing(on_duckdb: OnDuckDB) -> None:
    on_duckdb.succeeds("build", "--select", "+points")
    runs = change_points(on_duckdb, 2 * KEPT, is_read=False)
    on_duckdb.succeeds("run", "--select", "points")
    assert log_of(on_duckdb) == [(runs[KEPT - 1], "reset"), *((run, "update") for run in runs[KEPT:])]
