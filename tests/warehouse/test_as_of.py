"""A build as of a past day (var `as_of`) is the warehouse as it was known then."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cdc.rendering import load_macros
from tests.warehouse.building import Warehouse

from duckshift.comparison import WAY, duckdb_differences
from duckshift.workshop import MODELS_ONLY

DAY = "2024-01-15"
PART = (
    "path:models/bronze", "path:models/staging", "+path:models/quarantine", "+path:snapshots",
    "+dim_run_date", "+ops_record_accounting", "ops_load_ledger",
)  # fmt: skip
"""Whatever reads landing files, and the day of the run, from which marts look back."""
FILE_LISTS = re.compile(r"ops\..+|quarantine\..+")
"""They also tell of the files that came later and were not loaded."""
ARRIVAL = re.compile(
    r"/(\d{4})/(\d{2})/(\d{2})/|dt=(\d{4})-(\d{2})-(\d{2})|year=(\d{4})/month=(\d{2})/day=(\d{2})"
)


def landed_by(file: Path) -> str:
    """Return the day in a file's path; full loads have none and were there before."""
    found = ARRIVAL.search(f"/{file.as_posix()}")
    return "-".join(part for part in found.groups() if part) if found else ""


@pytest.fixture(scope="module", params=["part", pytest.param("whole", marks=pytest.mark.full)])
def selected(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """What is built: the rest is made of it, and of nothing that landed."""
    return MODELS_ONLY if request.param == "whole" else (*MODELS_ONLY, "--select", *PART)


@pytest.fixture(scope="module")
def as_of(
    new_warehouse: Callable[[Path], Warehouse], generated: Path, selected: tuple[str, ...]
) -> Warehouse:
    warehouse = new_warehouse(generated)
    outcome = warehouse.dbt("build", *selected, "--vars", f"as_of: '{DAY}'")
    assert outcome.status == 0, outcome.output[-4000:]
    return warehouse


def test_it_equals_a_build_of_what_had_landed_by_then(
    as_of: Warehouse,
    new_warehouse: Callable[[Path], Warehouse],
    generated: Path,
    selected: tuple[str, ...],
    tmp_path: Path,
) -> None:
    landing = tmp_path / "landing"
    late = {
        str(generated / row[0])
        for row in as_of.rows(f"select file from ops.ops_load_ledger where landed_at >= date '{DAY}' + 1")
    }
    assert late
    shutil.copytree(
        generated,
        landing,
        ignore=lambda folder, names: [name for name in names if f"{folder}/{name}" in late],
    )
    assert len(list(landing.rglob("*.*"))) < len(list(generated.rglob("*.*")))
    then = new_warehouse(landing)
    outcome = then.dbt("build", *selected)
    assert outcome.status == 0, outcome.output[-4000:]
    assert duckdb_differences(as_of.database, then.database, left_out=FILE_LISTS) == []
    assert as_of.rows("select run_date from gold.dim_run_date") == as_of.rows(f"select date '{DAY}'")


def test_nothing_that_came_later_is_in_it(as_of: Warehouse) -> None:
    loaded = as_of.rows(
        "select max(landed_at)::date::varchar, count(*) from ops.ops_load_ledger where run_id is not null"
    )
    assert loaded[0][0] == DAY
    assert loaded[0][1] > 50
    paths = [
        Path(row[0]) for row in as_of.rows("select file from ops.ops_load_ledger where run_id is not null")
    ]
    assert max(landed_by(path) for path in paths if path.parts[0] != "pos") <= DAY


@pytest.mark.full  # a whole build more; that what comes later is loaded as ever is what replays prove
def test_plain_builds_go_on_from_it_and_end_where_all_do(
    as_of: Warehouse, built: Warehouse, tmp_path: Path
) -> None:
    goes_on = built.copy(tmp_path / "warehouse")  # which is parsed without the var
    shutil.copy(as_of.database, goes_on.database)
    outcome = goes_on.dbt("build", *MODELS_ONLY)
    assert outcome.status == 0, outcome.output[-4000:]
    assert "full refresh" not in outcome.output
    assert duckdb_differences(built.database, goes_on.database, left_out=WAY) == []


def test_a_warehouse_that_knows_more_refuses_to_forget(
    as_of: Warehouse, built: Warehouse, tmp_path: Path
) -> None:
    knows_more = as_of.copy(tmp_path / "warehouse")  # which is parsed with the var
    shutil.copy(built.database, knows_more.database)
    refused = knows_more.dbt("run", "--select", "bronze_shop__orders", "--vars", f"as_of: '{DAY}'")
    assert refused.status != 0
    assert (
        f"records that landed after {DAY}: build as of a past day into a database of its own"
        in refused.output
    )


@pytest.mark.parametrize("value", ["last week", "15.01.2024", "2024-1-5", 20240115])
def test_what_is_no_day_is_said(value: str | int) -> None:
    macros, _ = load_macros(("ingest",), var=lambda *_: value)
    with pytest.raises(ValueError, match=f"as_of is a day such as 2024-03-31, not '{value}'"):
        macros["is_known_as_of"]("landed_at")
