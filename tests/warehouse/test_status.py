"""`duckshift status` tells what is in the warehouse that was built, and what was refused."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.warehouse.building import Warehouse
from tests.warehouse.truth import Truth


def status(database: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("duckshift"), "status", *options],
        env=os.environ | {"DUCKSHIFT_DATABASE": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_status_counts_what_the_truth_says(built: Warehouse, truth: Truth) -> None:
    told = json.loads(status(built.database, "--json").stdout)
    rejected = sum(1 for fault in truth.faults if fault.disposition == "rejected")
    assert rejected > 0
    assert told["rejected_records"] == rejected
    assert sum(item["records"] for item in told["rejects"]) == rejected
    accepted = built.rows(
        "select count(*) from quarantine.quarantined_records where reject_state = 'accepted'"
    )
    replayed = sum(  # a store file that its source corrected
        fault.disposition == "rejected"
        and fault.file in {item.file for item in truth.faults_of("corrected_file")}
        for fault in truth.faults
    )
    assert told["open_records"] == rejected - accepted[0][0] - replayed
    for name, disposition in (("held_files", "held"), ("waiting_files", "waiting")):
        expected = {fault.file for fault in truth.faults if fault.disposition == disposition}
        assert {item["file"] for item in told[name]} == expected
    assert told["as_of"] == str(built.rows("select run_date from gold.dim_run_date")[0][0])
    rows = {item["table"]: item["rows"] for item in told["tables"]}
    assert rows["gold.fct_order_items"] == built.rows("select count(*) from gold.fct_order_items")[0][0]


def test_status_for_people_names_reason_and_place(built: Warehouse) -> None:
    told = status(built.database)
    assert told.returncode == 0
    assert "13 fields expected" in told.stdout
    assert (
        told.stdout.rstrip()
        .splitlines()[-1]
        .endswith("see quarantine.quarantined_records and quarantine.quarantined_files")
    )


def test_the_score_that_is_shown_is_the_one_that_the_alarm_is_judged_by(built: Warehouse) -> None:
    told = json.loads(status(built.database, "--json").stdout)
    alarms = built.rows(
        "select subject, measured_value::double from ops.ops_pipeline_health"
        " where alarm_name = 'quality_score'"
    )
    assert {item["subject"]: item["score"] for item in told["scores"]} == dict(alarms)
    assert len(alarms) > 1


def killed(warehouse: Warehouse, folder: Path, command: str) -> dict[str, Any]:
    """Return the status of a copy of a warehouse that a killed run left: without an end, with its lock.

    That this is what it leaves is shown by tests/runs/test_run_lock.py.
    """
    folder.mkdir()
    database = folder / warehouse.database.name
    shutil.copy2(warehouse.database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "insert into ops.runs select run_id + 1, 'killed', ?, started_at + interval 1 day"
            " from ops.runs order by run_id desc limit 1",
            [command],
        )
        connection.execute(
            "insert into ops.run_lock select run_id, invocation_id, started_at, started_at + interval 6 hour"
            " from ops.runs where invocation_id = 'killed'"
        )
    told: dict[str, Any] = json.loads(status(database, "--json").stdout)
    return told


def delays(told: dict[str, Any]) -> list[Any]:
    """Return what the alarm on the delay measured, if it rings."""
    return [alarm["measured"] for alarm in told["alarms"] if alarm["alarm"] == "pipeline_delay"]


@pytest.mark.parametrize(
    "command",
    ["build", pytest.param("run", marks=pytest.mark.full), pytest.param("retry", marks=pytest.mark.full)],
)
def test_a_build_that_was_killed_is_unfinished_and_an_alarm(
    built: Warehouse, tmp_path: Path, command: str
) -> None:
    told = killed(built, tmp_path / "killed", command)
    assert told["last_run"]["state"] == "unfinished"
    assert told["last_run"]["seconds"] is None
    assert delays(told) == [None]


def test_a_test_run_that_was_killed_is_unfinished_and_no_delay(built: Warehouse, tmp_path: Path) -> None:
    told = killed(built, tmp_path / "killed", "test")
    assert told["last_run"]["state"] == "unfinished"
    assert delays(told) == delays(json.loads(status(built.database, "--json").stdout))


def test_strict_status_is_a_failure_when_something_was_refused(built: Warehouse) -> None:
    assert status(built.database, "--strict").returncode == 3


def test_status_without_a_warehouse_is_one_line(tmp_path: Path) -> None:
    told = status(tmp_path / "nothing.duckdb")
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1
    assert "run `dbt build`" in told.stderr
