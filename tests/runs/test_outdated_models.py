"""A table whose rows are not the work of today's code is named by every build until it is rebuilt."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.runs.conftest import OnDuckDB, Warehouse

LINE = "1 model needs a full refresh, because code, a macro, a var or a seed has changed: points:"
REMEDY = "`dbt build --full-refresh --select points+`"


def build(warehouse: Warehouse, *options: str) -> list[str]:
    """Build, and return the lines that ask for a full refresh."""
    return warehouse.succeeds("build", "--exclude", "gated", *options).lines("full refresh")


# What rows follow from, beside the inputs: a file, a text in it and another in its place.
CHANGES = {
    "seed": ("seeds/factors.csv", "1,10", "1,11"),
    "macro": ("own_macros/weight.sql", "}2", "}3"),
    "code": ("models/points.sql", "amount *", "amount * 2 *"),
    "var": ("dbt_project.yml", "bonus: 1", "bonus: 2"),
    # Rows that an earlier rule has missed are as they were.
    "rule": ("models/points.sql", "'raw_events': 'event_id'", "'raw_events': 'all'"),
}


def test_each_change_is_reported_also_where_nothing_new_has_landed(on_duckdb: OnDuckDB) -> None:
    assert build(on_duckdb) == []
    assert build(on_duckdb) == []
    for what, (path, before, after) in CHANGES.items():
        on_duckdb.replace(path, before, after)
        assert (what, build(on_duckdb)) == (what, [f"{LINE} {REMEDY}"])
        on_duckdb.replace(path, after, before)
    # No row was worked out meanwhile, so all of them are the work of the code that is back.
    assert build(on_duckdb) == []


def test_it_is_reported_until_the_full_refresh_even_if_the_code_comes_back(on_duckdb: OnDuckDB) -> None:
    build(on_duckdb)
    on_duckdb.land((2, 7))
    assert build(on_duckdb, "--vars", "{bonus: 2}") == [f"{LINE} {REMEDY}"]
    # One row is the work of this code, the other is not.
    assert build(on_duckdb) == [f"{LINE} {REMEDY}"]
    assert build(on_duckdb, "--full-refresh", "--select", "points+") == []
    assert build(on_duckdb) == []


@pytest.mark.full  # the same macros as on DuckDB
def test_a_change_is_reported_on_redshift(on_redshift: Warehouse) -> None:
    assert build(on_redshift) == []
    assert build(on_redshift) == []
    assert build(on_redshift, "--vars", "{bonus: 2}") == [f"{LINE} {REMEDY}"]
    assert build(on_redshift, "--full-refresh") == []


def test_a_comment_or_a_blank_line_is_no_change(on_duckdb: OnDuckDB) -> None:
    build(on_duckdb)
    on_duckdb.replace("models/points.sql", "select\n", "-- What an event is worth.\n\nselect   \n")
    on_duckdb.replace("own_macros/weight.sql", "%}2", "%}{# twice #}2")
    on_duckdb.land((2, 7))
    assert build(on_duckdb) == []


def test_reading_the_inputs_from_another_warehouse_is_no_change(on_duckdb: OnDuckDB) -> None:
    """CI defers to production: database and schemas of what it reads are others."""
    build(on_duckdb)
    on_duckdb.run(
        "create schema elsewhere",
        "create table elsewhere.raw_events as from {schema}.raw_events",
        "create table elsewhere.factors as from {schema}.factors",
    )
    state = on_duckdb.folder / "state"
    shutil.copytree(on_duckdb.folder / "target", state)
    manifest = state / "manifest.json"
    built = json.loads(manifest.read_text(encoding="utf-8"))
    for unique_id in ("model.duckshift.raw_events", "seed.duckshift.factors"):
        built["nodes"][unique_id]["schema"] = "elsewhere"
    manifest.write_text(json.dumps(built), encoding="utf-8")
    on_duckdb.run("drop table {schema}.raw_events", "drop table {schema}.factors")
    options = ("--select", "points", "--defer", "--state", "state")
    assert build(on_duckdb, *options) == []
    compiled = (on_duckdb.folder / "target/compiled/duckshift/models/points.sql").read_text(encoding="utf-8")
    assert '"elsewhere"."raw_events"' in compiled


def test_many_models_are_counted_and_five_are_named(on_duckdb: OnDuckDB) -> None:
    text = (on_duckdb.folder / "models" / "points.sql").read_text(encoding="utf-8")
    for number in range(6):
        on_duckdb.write(f"models/points_{number}.sql", text)
        on_duckdb.write(
            f"models/_points_{number}.yml",
            f"models: [{{name: points_{number}, columns: [{{name: event_id, data_type: integer}}]}}]\n",
        )
    build(on_duckdb)
    assert build(on_duckdb, "--vars", "{bonus: 2}") == [
        "7 models need a full refresh, because code, a macro, a var or a seed has changed: points, points_0,"
        " points_1, points_2, points_3 and 2 more: `dbt build --full-refresh`"
    ]


def test_status_names_the_same_models(on_duckdb: OnDuckDB) -> None:
    build(on_duckdb)
    build(on_duckdb, "--vars", "{bonus: 2}")
    # The tables that `duckshift status` shows beside.
    on_duckdb.run(
        "create view {ops}.ops_load_ledger as select '' as file, '' as source_name, '' as file_state,"
        " '' as reason, false as is_present, null::timestamp as landed_at where false",
        "create view {ops}.ops_record_accounting as select '' as source_name, 0 as loaded_file_count,"
        " 0 as waiting_file_count, 0 as held_file_count, 0 as landed_record_count, 0 as loaded_record_count,"
        " 0 as rejected_record_count, 0 as duplicate_record_count, 0 as superseded_record_count where false",
        "create view {ops}.ops_rejects as select '' as source_name, '' as entity_name, '' as reason_kind,"
        " 0 as rejected_record_count, 0 as open_record_count where false",
    )
    command = [str(Path(sys.executable).with_name("duckshift")), "status"]
    environment = os.environ | {"DUCKSHIFT_DATABASE": str(on_duckdb.database)}

    def told(*options: str) -> str:
        call = [*command, *options]
        return subprocess.run(call, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout

    assert json.loads(told("--json"))["outdated_models"] == ["points"]
    assert f"points needs a full refresh: {REMEDY}" in told()
