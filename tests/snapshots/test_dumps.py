"""Snapshots of dumps, on both engines: whatever comes in whichever order, the table is as built anew."""

import os
import signal
import time

import pytest
from tests.runs.conftest import OnDuckDB, Warehouse
from tests.snapshots.dumps import Dump, expected_versions, land, rows, versions

FIRST: Dump = {"A": "5.00", "B": "10.00", "C": "1.00"}
SECOND: Dump = {"A": "5.50", "C": "1.00"}
THIRD: Dump = {"A": "5.50", "B": "10.00", "C": "2.00"}
FOURTH: Dump = {"A": "6.00", "B": "10.00"}
ALL = {5: FIRST, 12: SECOND, 19: THIRD, 26: FOURTH}


def control_rows(warehouse: Warehouse) -> list[object]:
    """Return what runs noted about the snapshot."""
    watermarks = "select run_id from {ops}.watermarks where model_name = 'price_history' order by 1"
    return [
        warehouse.rows(watermarks),
        warehouse.rows("select * from {ops}.changes__price_history order by 1"),
    ]


@pytest.fixture
def in_order(warehouse: Warehouse) -> Warehouse:
    """A warehouse with all dumps, built at once."""
    land(warehouse, ALL)
    warehouse.succeeds("build")
    return warehouse


def test_all_waiting_dumps_are_applied_in_one_run_in_their_order(in_order: Warehouse) -> None:
    assert versions(in_order) == expected_versions(ALL)
    assert len(rows(in_order)) == len(versions(in_order))


def test_a_run_with_nothing_new_writes_nothing(in_order: Warehouse) -> None:
    before = (rows(in_order), control_rows(in_order))
    assert "went back" not in in_order.succeeds("build").output
    assert (rows(in_order), control_rows(in_order)) == before


def test_a_full_refresh_replays_all_dumps_in_bronze(in_order: Warehouse) -> None:
    before = rows(in_order)
    in_order.run("delete from {schema}.price_history where product_id = 'A'")
    failed = in_order.dbt("build", "--full-refresh", "--vars", "with_failure: true")
    assert failed.status == 1
    assert {row[0] for row in rows(in_order)} == {"B", "C"}
    in_order.succeeds("build", "--full-refresh")
    assert rows(in_order) == before


@pytest.mark.full  # late dumps are in the replays of every change too
def test_a_late_dump_gives_what_a_new_build_gives(warehouse: Warehouse) -> None:
    """Every column; it comes together with a newer one, after one that is later than both was applied."""
    land(warehouse, {5: FIRST, 19: THIRD})
    warehouse.succeeds("build")
    assert versions(warehouse) == expected_versions({5: FIRST, 19: THIRD})

    land(warehouse, {12: SECOND, 26: FOURTH})
    before = (rows(warehouse), control_rows(warehouse))
    assert warehouse.dbt("build", "--vars", "with_failure: true").status == 1
    assert (rows(warehouse), control_rows(warehouse)) == before, "half of a run stayed"

    said = warehouse.succeeds("build").lines("went back")
    assert len(said) == 1
    assert said[0].endswith(
        "price_history: a dump came late or changed, so it went back and applied 3 dumps from"
        " 2024-01-12 06:00:00 on"
    )
    incremental = rows(warehouse)
    assert control_rows(warehouse) != before[1], "readers are not told"
    assert versions(warehouse) == expected_versions(ALL)
    warehouse.succeeds("build", "--full-refresh")
    assert rows(warehouse) == incremental


def test_a_damaged_dump_is_held(warehouse: Warehouse) -> None:
    """Also one that comes late: its moment passes, and the dumps after it stay as they are."""
    land(warehouse, {5: FIRST, 19: THIRD})
    land(warehouse, {26: FOURTH}, status="rejected")
    warehouse.succeeds("build")
    held = rows(warehouse)
    assert versions(warehouse) == expected_versions({5: FIRST, 19: THIRD})
    land(warehouse, {12: SECOND}, status="rejected")
    warehouse.succeeds("build")
    assert rows(warehouse) == held


@pytest.mark.full  # so are builds that are killed
def test_a_build_killed_inside_the_snapshot_leaves_what_was_and_is_simply_run_again(
    on_duckdb: OnDuckDB,
) -> None:
    """SIGKILL when it went back for a late dump and has applied all, but has not committed."""
    land(on_duckdb, {5: FIRST, 19: THIRD})
    on_duckdb.succeeds("build")
    before = (rows(on_duckdb), control_rows(on_duckdb))
    land(on_duckdb, {12: SECOND, 26: FOURTH})
    log = on_duckdb.folder / "logs" / "dbt.log"
    log.unlink()
    killed = on_duckdb.start("build", "--vars", "with_endless: true")
    deadline = time.monotonic() + 60
    while not (log.exists() and "from range(" in log.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline, "the hook behind the last dump is not reached"
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    output, _ = killed.communicate()
    assert killed.wait() == -signal.SIGKILL, output
    assert (rows(on_duckdb), control_rows(on_duckdb)) == before
    on_duckdb.succeeds("build")
    assert versions(on_duckdb) == expected_versions(ALL)
    again = rows(on_duckdb)
    on_duckdb.succeeds("build", "--full-refresh")
    assert rows(on_duckdb) == again
