"""Two runs never overlap: who is refused, who takes over, and what a crash leaves."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.dbt_forks import DbtFork
from tests.runs.conftest import OnDuckDB, OnRedshift, Warehouse, ended

SECONDS = 60


@contextmanager
def closed_gate(warehouse: OnRedshift) -> Iterator[None]:
    """Keep the model `gated` waiting."""
    with warehouse.server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute(warehouse.named("lock table {outside}.gate"))
        try:
            yield
        finally:
            cursor.execute("commit")


def wait_for_holder(warehouse: OnRedshift) -> None:
    """Wait until a run holds the lock."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        tables = warehouse.rows("select 1 from pg_tables where schemaname || tablename = '{ops}run_lock'")
        if tables and warehouse.holders():
            return
        time.sleep(0.1)
    raise AssertionError("no run has taken the lock")


def kill(process: DbtFork) -> None:
    """End a command as a crash does."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def build_gated(warehouse: Warehouse) -> DbtFork:
    return warehouse.start("run", "--select", "gated")


def test_a_second_run_is_refused_in_one_line_and_the_first_is_unharmed(on_redshift: OnRedshift) -> None:
    with closed_gate(on_redshift):
        first = build_gated(on_redshift)
        wait_for_holder(on_redshift)
        (holder,) = on_redshift.holders()
        for command in ("run", "test"):
            second = on_redshift.dbt(command)
            assert second.status != 0
            (line,) = second.lines("run lock:")
            assert line.startswith(f"run lock: run {holder[0]} (dbt run) has held it since 20")
            assert " UTC, until 20" in line
            assert line.endswith("`dbt run-operation release_run_lock`")
            assert "Traceback" not in second.output
            assert on_redshift.holders() == [holder]
    outcome = ended(first)
    assert outcome.status == 0, outcome.output
    assert on_redshift.holders() == []
    assert len(on_redshift.run_ids()) == 1


def test_of_two_runs_that_start_at_once_one_works(on_redshift: OnRedshift) -> None:
    on_redshift.succeeds("seed")
    with closed_gate(on_redshift):
        both = [build_gated(on_redshift), build_gated(on_redshift)]
        deadline = time.monotonic() + SECONDS
        while all(run.poll() is None for run in both) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert [run.poll() is None for run in both].count(True) == 1
    outcomes = sorted((ended(run) for run in both), key=lambda outcome: outcome.status)
    assert outcomes[0].status == 0, outcomes[0].output
    assert outcomes[0].lines("run lock:") == []
    assert len(outcomes[1].lines("has held it since")) == 1
    assert on_redshift.holders() == []


def test_a_run_that_was_killed_shuts_out_others_on_redshift_until_released(on_redshift: OnRedshift) -> None:
    with closed_gate(on_redshift):
        run = on_redshift.start("run", "--select", "gated", "--vars", "{run_lock_hours: 1.5}")
        wait_for_holder(on_redshift)
        kill(run)
    (holder,) = on_redshift.holders()
    ((minutes,),) = on_redshift.rows("select datediff(minute, taken_at, expires_at) from {ops}.run_lock")
    assert minutes == 90
    assert on_redshift.dbt("run").status != 0
    released = on_redshift.succeeds("run-operation", "release_run_lock")
    assert len(released.lines(f"run lock: released, run {holder[0]} (dbt run) had held it since 20")) == 1
    on_redshift.succeeds("run", "--select", "gated")


def test_an_expired_lock_is_taken_over_with_a_line(on_redshift: OnRedshift) -> None:
    on_redshift.succeeds("seed")
    on_redshift.run(
        "insert into {ops}.run_lock values"
        " (7, 'of a run long dead', '2020-01-01 00:00:00', '2020-01-01 06:00:00')"
    )
    taken = on_redshift.succeeds("seed")
    assert taken.lines("run lock:") == [
        "run lock: that of run 7, held since 2020-01-01 00:00:00 UTC, expired at 2020-01-01 06:00:00 UTC:"
        " taken over"
    ]
    assert on_redshift.holders() == []


def test_a_run_releases_its_own_lock_only_and_says_that_it_lost_it(on_redshift: OnRedshift) -> None:
    with closed_gate(on_redshift):
        run = build_gated(on_redshift)
        wait_for_holder(on_redshift)
        on_redshift.succeeds("run-operation", "release_run_lock")
        on_redshift.run(
            "insert into {ops}.run_lock values (8, 'another', '2030-01-01 00:00:00', '2030-01-01 06:00:00')"
        )
    outcome = ended(run)
    assert outcome.status != 0
    (line,) = outcome.lines("run lock:")
    assert "lost it before it ended" in line
    assert line.endswith("`dbt build --full-refresh`")
    assert on_redshift.holders() == [(8, "another")]


def test_a_run_whose_models_fail_releases_the_lock(warehouse: Warehouse) -> None:
    failed = warehouse.dbt("run", "--select", "+broken", "--vars", "{with_broken: true}")
    assert failed.status == 1
    assert warehouse.holders() == []


def test_an_end_of_run_that_fails_shuts_nobody_out_for_long(on_redshift: OnRedshift) -> None:
    failing = "{% macro declare_keys(results) %}{{ 1 / 0 }}{% endmacro %}"
    on_redshift.write("own_macros/declare_keys.sql", failing)
    (on_redshift.folder / "macros" / "physical" / "declare_keys.sql").unlink()
    assert on_redshift.dbt("seed").status != 0
    ((minutes,),) = on_redshift.rows("select datediff(minute, getdate(), expires_at) from {ops}.run_lock")
    assert 10 <= minutes <= 15


def test_a_build_on_duckdb_that_was_killed_is_simply_run_again(on_duckdb: OnDuckDB) -> None:
    """The lock it leaves behind is dead: DuckDB lets one process into a file."""
    killed = on_duckdb.start("run", "--vars", "{with_endless: true}", "--threads", "1", "--select", "endless")
    assert killed.stdout is not None
    for line in killed.stdout:
        if "START sql table model" in line:
            break
    kill(killed)
    (holder,) = on_duckdb.holders()
    again = on_duckdb.succeeds("build")
    (line,) = again.lines("run lock:")
    assert line.startswith(f"run lock: run {holder[0]} (dbt run), begun 20")
    assert line.endswith(" UTC, ended without releasing it: taken over")
    assert on_duckdb.holders() == []
    assert on_duckdb.succeeds("run-operation", "release_run_lock").lines("run lock:") == [
        "run lock: nobody holds it"
    ]


def test_every_command_that_can_write_takes_the_lock_and_gives_it_back(on_duckdb: OnDuckDB) -> None:
    for command in ("build", "run", "seed", "test"):
        outcome = on_duckdb.succeeds(command)
        assert outcome.lines("run lock: run 9, begun 2020-01-01") == outcome.lines("run lock:")
        assert len(outcome.lines("run lock:")) == (0 if command == "build" else 1)
        assert on_duckdb.holders() == []
        on_duckdb.run("insert into {ops}.run_lock values (9, 'dead', '2020-01-01', '2020-01-02')")
    # Compiling and showing write nothing and leave the lock as it is.
    on_duckdb.succeeds("compile", "--select", "points")
    assert on_duckdb.holders() == [(9, "dead")]
