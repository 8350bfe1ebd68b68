"""A build with nothing new loads nothing, opens no landing file and leaves every table as it was."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from tests.warehouse.building import Outcome, Warehouse
from tests.warehouse.replaying import changes_of, latest
from tests.warehouse.truth import Truth

from duckshift.comparison import duckdb_differences
from duckshift.workshop import MODELS_ONLY


@pytest.fixture(scope="module")
def again(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A copy of the built warehouse whose landing files are no longer what was loaded.

    Names, sizes and times are the same, the content is noise: a build that reads it fails or loads other
    rows.
    """
    folder = tmp_path_factory.mktemp("again")
    landing = folder / "landing"
    shutil.copytree(built.landing, landing)
    noise = random.Random(7)
    for file in landing.rglob("*"):
        if file.is_file() and not file.name.startswith("_"):
            about = file.stat()
            file.write_bytes(noise.randbytes(about.st_size))
            os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    return built.copy(folder / "warehouse", landing)


def loading_runs(warehouse: Warehouse) -> list[tuple[int]]:
    """Return the runs that loaded a file."""
    return warehouse.rows("select distinct run_id from ops.ops_load_ledger where run_id is not null")


def test_nothing_new_opens_no_landing_file_and_changes_nothing(built: Warehouse, again: Warehouse) -> None:
    runs_before = len(again.rows("select * from ops.runs"))
    outcome = again.dbt("build", *MODELS_ONLY)
    assert outcome.status == 0, outcome.output[-4000:]
    assert len(again.rows("select * from ops.runs")) == runs_before + 1
    assert loading_runs(again) == loading_runs(built)
    assert len(loading_runs(built)) == 1
    assert duckdb_differences(built.database, again.database) == []


def test_a_bronze_table_gets_the_column_it_lacks_without_a_new_file(again: Warehouse, tmp_path: Path) -> None:
    lacking = again.copy(tmp_path)
    with duckdb.connect(str(lacking.database)) as connection:
        connection.execute("alter table bronze.bronze_fx__rates drop column _extra")
    outcome = lacking.dbt("run", "--select", "bronze_fx__rates")
    assert outcome.status == 0, outcome.output[-4000:]
    assert lacking.rows("select distinct _extra from bronze.bronze_fx__rates") == [(None,)]


def test_tests_alone_end_as_those_of_the_build(again: Warehouse, outcome: Outcome) -> None:
    """All that may find something, and tests of each kind: the singular ones, of a fact, of a seed."""
    tested = again.dbt(
        "test", "--exclude-resource-type", "unit_test",
        "--select", "test_type:singular", "config.severity:warn", "fct_order_items", "currencies",
    )  # fmt: skip
    assert tested.status == outcome.status
    assert tested.nodes("fail", "error") == outcome.nodes("fail", "error")
    assert tested.nodes("warn") == outcome.nodes("warn")
    tests = {node for node in tested.results if node.startswith("test.")}
    assert len(tests) > 60
    assert {node: tested.results[node] for node in tests} == {node: outcome.results[node] for node in tests}


def test_current_addresses_follow_changes_and_reload(
    built: Warehouse, again: Warehouse, truth: Truth
) -> None:
    """No table has them; the macro that would make one is asked."""
    shown = again.dbt(
        "show", "--quiet", "--output", "json", "--limit", "-1", "--inline",
        "with addresses as (select * from {{ ref('stg_shop__customer_addresses') }})"
        " select address_id from ({{ latest_change('addresses', key='address_id') }}) as latest",
    )  # fmt: skip
    text = shown.output[shown.output.index("{") : shown.output.rindex("}") + 1]
    found = {row["address_id"] for row in json.loads(text)["show"]}
    changes = changes_of(built.landing, "customer_addresses", "address_id", unfit=set())
    assert found == {address for address, own in changes.items() if latest(own)}
    assert len(found) == truth.figures["current_addresses"]
    assert found.isdisjoint(fault.record_key for fault in truth.faults_of("absent_from_reload"))


@pytest.mark.full  # a whole build more
def test_a_build_as_users_start_it_ends_as_a_forked_one(
    built: Warehouse, new_warehouse: Callable[[Path], Warehouse], outcome: Outcome
) -> None:
    """Forks of dbt spare what does not matter (tests/dbt_forks.py)."""
    found = new_warehouse(built.landing).dbt("build", is_forked=False)
    assert found.status == outcome.status
    assert found.results == outcome.results


@pytest.mark.full  # it proves what proves
def test_a_comparison_finds_what_differs(built: Warehouse, tmp_path: Path) -> None:
    """The judge of this folder's other tests, judged: a changed value, a lost and a repeated row."""
    changed = built.copy(tmp_path)
    with duckdb.connect(str(changed.database)) as connection:
        connection.execute("update gold.dim_store set floor_area_m2 = null where store_id = 'S-0003'")
        connection.execute("delete from gold.dim_channel where channel_code = 'store'")
        connection.execute("insert into gold.dim_currency from gold.dim_currency where currency_code = 'EUR'")
        connection.execute("update bronze.bronze_fx__rates set _run_id = _run_id + 1")
    found = duckdb_differences(built.database, changed.database)
    assert [message.split(":")[0] for message in found] == [
        "gold.dim_channel", "gold.dim_currency", "gold.dim_store",
    ]  # fmt: skip
    assert "1 rows only in first, 0 only in second" in found[0]
    assert "0 rows only in first, 1 only in second" in found[1]
    assert "floor_area_m2: " in found[2]
    assert "and None" in found[2]
