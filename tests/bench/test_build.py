"""`duckshift bench build` measures what it says; the figures themselves depend on the machine."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.bench.running import measure_in_copy
from tests.dbt_forks import run_dbt
from tests.warehouse.building import parsed_project

from duckshift.bench import measuring
from duckshift.bench.build import BuildBench, LayerBench
from duckshift.bench.floor import write_floor
from duckshift.bench.measuring import DBT, Measure, Sample
from duckshift.bench.nodes import Node, layer_seconds
from duckshift.bench.straight import Straight, run_plan
from duckshift.cli import main
from duckshift.settings import project_root
from duckshift.warehouse_code import control_table_definitions

PART = "+int_money__daily_rates currencies +ops_test_checks exposure:board_figures"
"""Statements of tables, seeds and tests, of a view over control tables, which DuckDB binds, and of none."""
TABLES = "select schema_name, table_name from duckdb_tables()"

SEEDED = Node("seed.p.codes", "seed", "seeds", "seed", "", "codes", '"w"."r"."codes"', (), "1", 1, 0, 1)
TABLE = replace(
    SEEDED, unique_id="model.p.lines", kind="model", materialized="incremental", parents=("seed.p.codes",)
)
VIEW = replace(TABLE, unique_id="model.p.seen", materialized="view", parents=("model.p.lines",))
TESTED = replace(TABLE, unique_id="test.p.claim", kind="test", parents=("model.p.seen",), thread="2")
PROVEN = replace(TABLE, unique_id="unit_test.p.case", kind="unit_test", parents=("model.p.lines",))
HOOK = replace(SEEDED, unique_id="operation.p.start", kind="operation")

FOUND = BuildBench(
    scale=0.1,
    days=90,
    records=1_000,
    generate=Measure(10, 8, 100),
    start_dbt=Measure(5, 4, 150),
    first_build=Measure(60, 50, 900),
    second_build=Measure(30, 20, 400),
    floor=Measure(40, 25, 200),
    straight=Straight({"model.p.lines": 12}, 12, 20, 500),
    nodes=5,
    layers=[
        LayerBench("core", 2, 4_000, 8, 700, 12),
        LayerBench("unit tests", 1, 0, 4, None, 0),
    ],
    opened_by_second_build=None,
)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A part of the project over a tiny landing zone, measured by the command itself: its JSON."""
    project = parsed_project(tmp_path_factory)

    def measure(
        command: list[str], environment: dict[str, str], samples: list[Sample] | None = None
    ) -> Measure:
        if command[: len(DBT)] != DBT:
            return measuring.measure(command, environment, samples)
        return measure_in_copy(project, command, environment)

    printed: list[str] = []
    options = ["--scale", "0.0005", "--days", "2", "--select", PART, "--json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.echo", printed.append)
        patch.setattr("duckshift.bench.build.measure", measure)
        patch.setattr(sys, "argv", ["duckshift", "bench", "build", *options])
        with pytest.raises(SystemExit) as ended:
            main()
    assert (ended.value.code or 0) == 0, printed
    found: dict[str, Any] = json.loads(printed[0])
    return found


@pytest.mark.full  # half a minute of measuring
def test_layers_have_their_nodes_rows_and_time(measured: dict[str, Any]) -> None:
    layers = {layer["layer"]: layer for layer in measured["layers"]}
    assert {"landing", "seeds", "bronze", "staging", "intermediate", "data tests"} <= set(layers)
    assert layers["staging"]["nodes"] == 1
    assert layers["bronze"]["rows"] > layers["staging"]["rows"] > 0
    assert all(layer["seconds"] > 0 for layer in measured["layers"])


@pytest.mark.full  # half a minute of measuring
def test_every_statement_of_the_build_runs_without_dbt(measured: dict[str, Any]) -> None:
    assert len(measured["straight"]["by_node"]) == measured["nodes"]
    assert 0 < measured["straight"]["seconds"] < measured["first_build"]["seconds"]
    assert measured["straight"]["peak_megabytes"] > 0


def test_statements_find_every_table_that_no_node_made(tmp_path: Path) -> None:
    """Whatever becomes a control table: a view that reads it is part of every build."""
    built = tmp_path / "w.duckdb"
    with duckdb.connect(str(built)) as connection:
        for schema in ("ops", "vault", "gold"):
            connection.execute(f"create schema {schema}")
        for definition in control_table_definitions(str):
            connection.execute(definition)
        connection.execute("insert into vault.salt values ('s')")
        control_tables = set(connection.execute(TABLES).fetchall())
        connection.execute("create table gold.lines as select 1 as n")
        connection.execute("create table ops.changes__lines as select 1 as run_id")
    (tmp_path / "straight").mkdir()
    plan: dict[str, Any] = {
        "statements": [
            ("model.p.lines", "create table gold.lines as select salt from vault.salt"),
            ("model.p.runs", "create view ops.ops_runs as from ops.runs join ops.run_ends using (run_id)"),
        ],
        "database": str(tmp_path / "straight" / built.name),
        "built": str(built),
        "made": ['"gold"."lines"', '"ops"."ops_runs"'],
        "plugins": str(project_root() / "plugins"),
        "memory_limit": "1GB",
    }  # fmt: skip
    assert set(run_plan(plan)["by_node"]) == {"model.p.lines", "model.p.runs"}
    with duckdb.connect(plan["database"]) as connection:
        assert connection.execute("from gold.lines").fetchall() == [("s",)]
        assert set(connection.execute(TABLES).fetchall()) == control_tables | {("gold", "lines")}


@pytest.mark.full  # half a minute of measuring
def test_landing_files_opened_are_counted_where_the_file_system_tells(
    measured: dict[str, Any], tmp_path: Path
) -> None:
    """How many are opened is the claim of tests/warehouse/test_repeated_builds.py, on any file system."""
    assert measured["opened_by_second_build"] == (0 if measuring.forget_access(tmp_path) else None)


def test_ratios_are_to_the_same_sql_and_to_the_floor() -> None:
    ratios = FOUND.as_json()["ratios"]
    assert ratios["first_build_to_straight"] == 5
    assert ratios["first_build_to_straight_cpu"] == 2.5
    assert ratios["first_build_to_floor"] == 1.5
    assert ratios["first_build_to_floor_cpu"] == 2
    text = "\n".join(FOUND.lines())
    assert "first build / same SQL, no dbt          5.00      2.50   aim at scale 10: under 2" in text
    assert "first build / dbt floor                 1.50      2.00" in text


def test_a_layer_is_a_line_and_what_cannot_be_said_is_not_made_up() -> None:
    core, tests = [line.split() for line in FOUND.lines() if line.startswith(("core", "unit tests"))]
    assert core == ["core", "2", "4,000", "8.0", "s", "500", "700", "12.0", "s"]
    assert tests == ["unit", "tests", "1", "4.0", "s", "-", "0.0", "s"]


def test_two_nodes_at_once_count_once() -> None:
    late = replace(TABLE, began=3, ended=5)
    assert layer_seconds([SEEDED, replace(TABLE, began=0.5, ended=2), late]) == 4


def test_the_floor_has_a_node_of_the_same_kind_for_every_node(tmp_path: Path) -> None:
    assert write_floor([HOOK, SEEDED, TABLE, VIEW, TESTED, PROVEN], tmp_path) == 5
    files = {file.relative_to(tmp_path).as_posix(): file.read_text() for file in tmp_path.rglob("n*.*")}
    assert set(files) == {"seeds/n0.csv", "models/n1.sql", "models/n2.sql", "tests/n3.sql"}
    assert "materialized='incremental'" in files["models/n1.sql"]
    assert "ref('n1')" in files["models/n2.sql"]
    [unit_test] = json.loads((tmp_path / "models" / "unit_tests.yml").read_text())["unit_tests"]
    assert unit_test["model"] == "n1"
    assert [given["input"] for given in unit_test["given"]] == ["ref('n0')"]
    assert "threads: 2" in (tmp_path / "profiles.yml").read_text()


def test_dbt_builds_the_floor(tmp_path: Path) -> None:
    nodes = [SEEDED, TABLE, VIEW, TESTED, PROVEN]
    write_floor([*nodes, replace(SEEDED, unique_id="snapshot.p.old", kind="snapshot")], tmp_path)
    places = ["--project-dir", str(tmp_path), "--profiles-dir", str(tmp_path)]
    status, output = run_dbt("build", *places, folder=tmp_path, environment=dict(os.environ))
    assert status == 0, output
    assert "PASS=6" in output
