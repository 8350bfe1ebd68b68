"""`duckshift status` tells what is in the warehouse that was built, and what was refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

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


def test_strict_status_is_a_failure_when_something_was_refused(built: Warehouse) -> None:
    assert status(built.database, "--strict").returncode == 3


def test_status_without_a_warehouse_is_one_line(tmp_path: Path) -> None:
    told = status(tmp_path / "nothing.duckdb")
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1
    assert "run `dbt build`" in told.stderr
