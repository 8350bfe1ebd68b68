"""`duckshift bench incremental` measures what it says; the figures themselves depend on the machine."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.bench.running import measure_in_copy
from tests.warehouse.building import parsed_project

from duckshift.bench.incremental import FACT_TABLES, Cost, IncrementalBench, LengthBench, ModelCost
from duckshift.bench.measuring import Measure
from duckshift.cli import main

DAYS = 5
PART = ("path:models/bronze", *(f"+{table}" for table in FACT_TABLES))
"""What is built: every file is loaded, and the facts that are counted are made of them."""

SHORT = LengthBench(
    days=30,
    fact_rows=1_000,
    landing_files=10,
    first_build_seconds=50,
    nothing_new=Cost(10, 9, 0, 0),
    delta=Cost(12, 10, 200, 5),
    full_refresh=Cost(30, 40, 1_000, None),
    rows_scanned=4_000,
    old_files_opened=0,
    models=[ModelCost("fct_payments", 0.5, 20)],
)
LONG = replace(SHORT, days=300, delta=Cost(13, 12, 300, None), full_refresh=Cost(70, 80, 10_000, None))


def bench(*lengths: LengthBench) -> IncrementalBench:
    return IncrementalBench(
        late_share=0.05,
        repeats=3,
        delta_records=2_000,
        late_records=100,
        delta_files=5,
        generate_seconds=1,
        lengths=list(lengths),
    )


def figures(found: IncrementalBench) -> dict[str, str]:
    """Return what stands behind each name; a heading stands before the names below it."""
    heading, read = "", {}
    for line in found.lines():
        name, values = line[:34].rstrip(), " ".join(line[34:].split())
        if not values:
            heading = f"{name}: " if name else ""
        read[heading + name] = values
    return read


@pytest.fixture(scope="module")  # two minutes, so nightly
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """One short history of a part of the project, measured by the command itself: its JSON, what it kept."""
    project = parsed_project(tmp_path_factory)

    def measure(command: list[str], environment: dict[str, str]) -> Measure:
        return measure_in_copy(project, command, environment, "--select", *PART)

    folder = tmp_path_factory.mktemp("bench") / "kept"
    patch = pytest.MonkeyPatch()
    printed: list[str] = []
    patch.setattr("typer.echo", printed.append)
    patch.setattr("duckshift.bench.incremental.measure", measure)
    options = ["--rows", "4000", "--lengths", str(DAYS), "--repeats", "1", "--keep", str(folder), "--json"]
    patch.setattr(sys, "argv", ["duckshift", "bench", "incremental", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    patch.undo()
    assert (ended.value.code or 0) == 0, printed
    return json.loads(printed[0]), folder


def test_engine_time_is_what_a_run_with_nothing_new_does_not_take() -> None:
    found = figures(bench(SHORT, LONG))
    assert found["delta, engine"] == "2.0 s 3.0 s"
    assert found["delta, engine, CPU"] == "1.0 s 3.0 s"
    assert found["full refresh, engine"] == "20.0 s 60.0 s"


def test_ratios_are_to_the_shortest_history_and_stand_beside_their_aims() -> None:
    found = figures(bench(SHORT, LONG))
    assert found["the delta against 30 days: engine time"] == "1.00 1.50 aim at 300 days: at most 1.5"
    assert found["the delta against 30 days: rows written"] == "1.00 1.50 aim at 300 days: at most 1.5"
    assert found["full refresh / delta: engine time"] == "10.00 20.00 aim at 300 days: at least 20"
    assert found["full refresh / delta: engine time, CPU"] == "31.00 23.67"


def test_what_cannot_be_said_is_not_made_up() -> None:
    noisy = replace(LONG, delta=Cost(9.5, 9, 0, None))  # quicker than with nothing new
    found = figures(bench(SHORT, noisy))
    assert found["the delta against 30 days: engine time"].startswith("1.00 - ")
    assert found["full refresh / delta: engine time"].startswith("10.00 - ")
    assert found["landing files opened by the delta"] == "5 not recorded"


@pytest.mark.full
def test_a_run_with_nothing_new_writes_no_row_and_opens_no_file(
    measured: tuple[dict[str, Any], Path],
) -> None:
    [length] = measured[0]["lengths"]
    assert length["nothing_new"]["rows_written"] == 0
    assert length["nothing_new"]["files_opened"] in (0, None)


@pytest.mark.full
def test_the_delta_is_loaded_and_opens_its_own_files_only(measured: tuple[dict[str, Any], Path]) -> None:
    [length] = measured[0]["lengths"]
    in_bronze = sum(
        model["rows_written"] for model in length["models"] if model["name"].startswith("bronze_")
    )
    # Bronze has one record more for each file.
    assert in_bronze == measured[0]["delta_records"] + measured[0]["delta_files"]
    assert length["delta"]["rows_written"] > in_bronze
    assert length["delta"]["files_opened"] in (measured[0]["delta_files"], None)
    assert length["old_files_opened"] in (0, None)


@pytest.mark.full
def test_a_full_refresh_writes_every_fact(measured: tuple[dict[str, Any], Path]) -> None:
    [length] = measured[0]["lengths"]
    assert length["full_refresh"]["rows_written"] > length["fact_rows"] > 0
    assert length["rows_scanned"] > length["delta"]["rows_written"]


@pytest.mark.full
def test_after_delta_and_full_refresh_the_kept_warehouse_holds_the_late_records(
    measured: tuple[dict[str, Any], Path],
) -> None:
    database = measured[1] / f"{DAYS}-days" / "warehouse.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        late = connection.execute(
            "select count(*) from silver.stg_shop__orders where _file like '%/230000-2.parquet'"
        ).fetchone()
    assert late is not None
    assert late[0] > 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--lengths", "30,ninety"], "--lengths"),
        (["--lengths", ""], "--lengths"),
        (["--rows", "10"], "--rows"),
        (["--late", "0.9"], "--late"),
        (["--keep", "{occupied}"], "--keep"),
    ],
)
def test_arguments_that_make_no_sense_end_in_one_line(
    options: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_text("something of mine")
    given = [option.format(occupied=tmp_path) for option in options]
    monkeypatch.setattr(sys, "argv", ["duckshift", "bench", "incremental", *given])
    with pytest.raises(SystemExit) as ended:
        main()
    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert len(lines) == 1
    assert said in lines[0]
