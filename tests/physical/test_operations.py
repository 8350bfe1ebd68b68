"""Maintenance where it pays, and query groups per layer, on a server; on DuckDB there is nothing to do."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from tests.physical.conftest import ROOT, Catalog, DbtProject, on_duckdb, on_redshift
from tests.redshift_servers import RedshiftServer

SCHEMA = "operations"
COLUMNS = {"reading_id": {"data_type": "integer"}, "sensor_id": {"data_type": "varchar(16)"}}
QUERY = """
with recursive numbers (number) as (
    select 1
    union all
    select number + 1 from numbers where number < 100
)
select number as reading_id, cast('s1' as varchar(16)) as sensor_id from numbers
"""


@dataclass(frozen=True)
class Warehouse:
    project: DbtProject
    catalog: Catalog
    server: RedshiftServer

    def groups(self, mark: str) -> set[str]:
        """Return the query groups in which statements with this text ran."""
        group: dict[int, str] = {}
        found = set()
        for entry in self.server.statements():
            text = str(entry["original"])
            said = text.rpartition("*/")[2].strip().lower()
            if said.startswith("set query_group to "):
                group[entry["session"]] = said.split("'")[1]
            elif mark in text:
                found.add(group.get(entry["session"], ""))
        return found


@pytest.fixture(scope="module")
def warehouse(redshift_server: RedshiftServer, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Two tables, built with the hooks of the warehouse itself; `readings` then gets rows out of order."""
    project = on_redshift(tmp_path_factory.mktemp("operations"), redshift_server, SCHEMA, empty=True)
    add_thresholds(project)
    use_hooks_of_the_warehouse(project)
    profile = project.folder / "profiles.yml"
    outputs = yaml.safe_load(profile.read_text(encoding="utf-8"))
    outputs["duckshift"]["outputs"]["it"]["query_group"] = "dbt"
    profile.write_text(yaml.safe_dump(outputs), encoding="utf-8")

    design = {"materialized": "table", "schema": "silver", "sort": "reading_id", "dist": "sensor_id"}
    project.model("readings", QUERY, COLUMNS, **design)
    tested = COLUMNS | {"reading_id": {"data_type": "integer", "data_tests": ["not_null"]}}
    project.model("quiet", "select * from {{ ref('readings') }}", tested, materialized="table", schema="gold")
    project.succeeds("build")
    catalog = Catalog(redshift_server, SCHEMA)
    readings, others = f"{SCHEMA}_silver.readings", ("maintenance_thresholds", "measured")
    catalog.run(
        f"analyze {readings}",
        f"analyze {SCHEMA}_gold.quiet",
        *(f"analyze {SCHEMA}_reference.{table}" for table in others),
        f"insert into {readings} select reading_id - 50, sensor_id from {readings} where reading_id <= 50",
    )
    return Warehouse(project, catalog, redshift_server)


def add_thresholds(project: DbtProject) -> None:
    for name in ("maintenance_thresholds.csv", "_maintenance_thresholds.yml"):
        shutil.copy(ROOT / "seeds" / name, project.folder / "seeds")
    for test in ("exact_values.sql", "not_null_columns.sql"):
        shutil.copy(ROOT / "tests" / "dbt" / "generic" / test, project.folder / "macros")


def use_hooks_of_the_warehouse(project: DbtProject) -> None:
    real = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    path = project.folder / "dbt_project.yml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    for kind in ("models", "seeds"):
        hooks = {name: value for name, value in real[kind]["duckshift"].items() if name.endswith("-hook")}
        settings[kind] = {"duckshift": hooks}
    settings["seeds"]["duckshift"]["+schema"] = "reference"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")


def figures(warehouse: Warehouse) -> tuple[float, float]:
    query = f"""select unsorted, stats_off from svv_table_info
        where "schema" = '{SCHEMA}_silver' and "table" = 'readings'"""
    ((unsorted, stats_off),) = warehouse.catalog.rows(query)
    return float(unsorted), float(stats_off)


def test_a_dry_run_says_what_is_beyond_the_thresholds(warehouse: Warehouse) -> None:
    unsorted, stats_off = before = figures(warehouse)
    assert min(before) > 20
    dry = warehouse.project.succeeds("run-operation", "maintain", "--args", "{dry_run: true}")
    vacuum, analyze, skew, end = dry.output.splitlines()[-4:]
    table = f"{SCHEMA}_silver.readings"
    assert vacuum == f"vacuum {table}; -- {unsorted:.1f} % of the rows are unsorted (limit 20)"
    assert analyze == f"analyze {table}; -- statistics are {stats_off:.1f} % off (limit 10)"
    assert skew.startswith(
        f"-- {table}: the fullest slice holds 150.0 times the rows of the emptiest (limit 4.0)"
    )
    assert "with KEY(sensor_id); distribute on" in skew
    assert end == "-- 2 statements; nothing was executed"
    assert figures(warehouse) == before


def test_maintenance_is_done_beyond_the_thresholds(warehouse: Warehouse) -> None:
    done = warehouse.project.succeeds("run-operation", "maintain", "--args", "{tables: [readings]}")
    assert done.output.splitlines()[-1] == "-- 2 statements executed"
    assert figures(warehouse) == (0, 0)


def test_maintenance_of_an_unknown_table_ends_in_one_line(warehouse: Warehouse) -> None:
    outcome = warehouse.project.dbt("run-operation", "maintain", "--args", "{tables: [nowhere]}")
    assert outcome.status != 0
    assert "maintain: nowhere is no table of this project, or it is empty" in outcome.output


def test_on_duckdb_there_is_nothing_to_maintain_and_there_are_no_query_groups(tmp_path: Path) -> None:
    project = on_duckdb(tmp_path / "project", empty=True)
    add_thresholds(project)
    use_hooks_of_the_warehouse(project)
    outcome = project.succeeds("run-operation", "maintain")
    assert outcome.lines("-- nothing to maintain: DuckDB")
    project.succeeds("seed")
    log = (project.folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert "maintenance_thresholds" in log
    assert "query_group" not in log


@pytest.mark.parametrize(
    ("mark", "group"),
    [
        (f'create table "duckshift"."{SCHEMA}_silver"."readings__dbt_tmp"', "silver"),
        (f'insert into "duckshift"."{SCHEMA}_silver"."readings__dbt_tmp"', "silver"),
        (f'insert into "duckshift"."{SCHEMA}_gold"."quiet__dbt_tmp"', "gold"),
        (f'insert into "duckshift"."{SCHEMA}_reference"."measured"', "reference"),
        ("test.duckshift.not_null_quiet_reading_id", "dbt"),
    ],
)
def test_statements_run_in_the_query_group_of_their_layer(
    warehouse: Warehouse, mark: str, group: str
) -> None:
    assert warehouse.groups(mark) == {group}
