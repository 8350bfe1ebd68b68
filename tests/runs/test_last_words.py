"""What a run says of the quarantine when it ends: nothing once all of it is dealt with."""

import pytest
from tests.runs.conftest import OnDuckDB


@pytest.fixture
def dealt_with(on_duckdb: OnDuckDB) -> OnDuckDB:
    """A warehouse with two rejected records and two held files: one was replayed, one accepted as lost."""
    on_duckdb.run(
        "create schema quarantine",
        "create table quarantine.quarantined_records (reject_state varchar)",
        "insert into quarantine.quarantined_records values ('replayed'), ('accepted')",
        "create table quarantine.quarantined_files as from quarantine.quarantined_records",
    )
    for name in ("a.csv", "b.csv"):  # of no entity
        (on_duckdb.folder / "landing" / name).touch()
    return on_duckdb


def test_a_run_is_silent_about_rejects_that_are_dealt_with(dealt_with: OnDuckDB) -> None:
    assert dealt_with.succeeds("run", "--select", "raw_events").lines("records rejected") == []


def test_a_run_counts_the_rejects_that_are_open(dealt_with: OnDuckDB) -> None:
    dealt_with.run("insert into quarantine.quarantined_records values ('open')")
    (line,) = dealt_with.succeeds("run", "--select", "raw_events").lines("records rejected")
    assert line.startswith("3 records rejected (1 open), 0 files held, 0 files waiting: see quarantine.")


def test_a_run_counts_the_held_files_that_are_open(dealt_with: OnDuckDB) -> None:
    dealt_with.run("insert into quarantine.quarantined_files values ('open')")
    (line,) = dealt_with.succeeds("run", "--select", "raw_events").lines("records rejected")
    assert line.startswith("2 records rejected (0 open), 1 files held, 0 files waiting: see quarantine.")
