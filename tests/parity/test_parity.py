"""DuckDB == Redshift, for the whole project: `duckshift parity` on generated data with all faults."""

import re
from pathlib import Path

import pytest
from tests.parity.proof import Proof, prove_as_users_do

BUILT = ("model", "seed", "snapshot", "test")


def test_duckdb_and_the_local_redshift_server_hold_the_same_rows(proof: Proof) -> None:
    assert proof.status == 0, proof.output
    assert "duckdb and redshift_local are equal" in proof.output
    compared = re.findall(r"(\d+) tables and views with ([\d,]+) rows compared, 0 differ", proof.output)
    assert len(compared) == 2, proof.output
    for tables, rows in compared:
        assert int(tables) > 80
        assert int(rows.replace(",", "")) > 20_000


def test_the_second_increment_brings_changes_from_before_the_end_of_the_first(proof: Proof) -> None:
    """Otherwise parity would say nothing about lateness."""
    ((runs, late),) = proof.rows(
        """
        select count(distinct _run_id), count(*) filter (_run_id = last_run and _commit_ts < first_end)
        from bronze.bronze_shop__products
        cross join (
            select max(_run_id) as last_run, arg_min(latest, _run_id) as first_end
            from (select _run_id, max(_commit_ts) as latest from bronze.bronze_shop__products group by all)
        )
        """
    )
    assert runs == 2
    assert late > 0


def test_price_lists_of_both_increments_make_closed_versions(proof: Proof) -> None:
    ((runs, dumps),) = proof.rows(
        "select count(distinct _run_id), count(distinct _file) from bronze.bronze_supplier__price_list"
    )
    assert runs == 2
    ((closings,),) = proof.rows(
        "select count(distinct dbt_valid_to) from silver.snp_supplier__price_list"
        " where dbt_valid_to < date '9999-12-31'"
    )
    assert 2 <= closings < dumps


def test_every_kind_of_node_was_built_on_redshift(proof: Proof) -> None:
    ended = proof.ended(increment=2)["redshift_local"]
    statuses = {
        kind: {status for node, status in ended.items() if node.startswith(f"{kind}.")} for kind in BUILT
    }
    assert all(statuses.values())
    assert statuses["model"] == statuses["seed"] == statuses["snapshot"] == {"success"}
    assert statuses["test"] <= {"pass", "warn"}


@pytest.mark.full
def test_every_test_and_unit_test_passes_on_redshift(tmp_path: Path) -> None:
    prove_as_users_do(tmp_path, "--tests", "all")
    every = Proof(tmp_path)
    assert every.status == 0, every.output
    ended = every.ended(increment=2)["redshift_local"]
    found = {node: status for node, status in ended.items() if node.startswith(("test.", "unit_test."))}
    manifest = every.artifact("redshift_local", "manifest.json")
    tests = {node for node, facts in manifest["nodes"].items() if facts["resource_type"] == "test"}
    assert found.keys() == tests | manifest["unit_tests"].keys()
    assert len(tests) > 700
    assert set(found.values()) <= {"pass", "warn", "success"}


def test_singular_tests_ended_alike_on_both(proof: Proof) -> None:
    """Generic tests say the same of equal rows; a test that ended in two ways fails the command."""
    ended = proof.ended(increment=2)
    tests = {node for node in ended["duckdb"] if node.startswith("test.")}
    assert len(tests) > 50
    assert {ended["duckdb"][node] for node in tests} <= {"pass", "warn"}
    assert all(ended["duckdb"][node] == ended["redshift_local"][node] for node in tests)


def test_the_second_increment_ran_models_seeds_and_snapshots_again(proof: Proof) -> None:
    first, second = (proof.ended(increment=number)["redshift_local"] for number in (1, 2))
    assert first.keys() == {node for node in second if not node.startswith(("test.", "unit_test."))}


def test_the_docs_of_redshift_describe_every_table_with_its_columns(proof: Proof) -> None:
    nodes = proof.artifact("redshift_local", "catalog.json")["nodes"]
    manifest = proof.artifact("redshift_local", "manifest.json")["nodes"]
    built = {
        name: node
        for name, node in manifest.items()
        if node["resource_type"] in ("model", "seed", "snapshot") and node["config"]["enabled"]
    }
    assert built.keys() <= nodes.keys()
    for name, node in built.items():
        if node["resource_type"] == "model" and node["columns"]:
            assert nodes[name]["columns"].keys() == node["columns"].keys(), name


def test_what_was_refused_by_the_server_is_nothing(proof: Proof) -> None:
    errors = [entry["error"] for entry in proof.statements() if entry["error"]]
    assert errors == []
