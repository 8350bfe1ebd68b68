"""How tables lie on Redshift: AUTO unless a reason is stated, all columns typed, keys left to tests."""

import re

import duckdb
from tests.conventions.conftest import Node, Project

MATERIALISED = {"table", "incremental", "snapshot"}

# What dbt and Redshift trust without looking; declare_keys declares them when tests have passed.
KEYS = {"primary_key", "foreign_key", "unique"}


def tables(project: Project) -> list[Node]:
    """Return the models and snapshots that are tables."""
    return [
        node for node in project.nodes("model", "snapshot") if node["config"]["materialized"] in MATERIALISED
    ]


def encodings(node: Node) -> dict[str, str]:
    """Return the encodings that the columns of a node state."""
    stated = {name: column["config"]["meta"].get("encode") for name, column in node["columns"].items()}
    return {name: encode for name, encode in stated.items() if encode}


def overrides(node: Node) -> set[str]:
    """Return what of a node is not left to Redshift."""
    config = node["config"]
    found = {name for name in ("dist", "sort") if config.get(name) not in (None, "auto", ["auto"])}
    return found | ({"encode"} if encodings(node) else set())


def constraint_types(node: Node) -> set[str]:
    constraints = [*node.get("constraints", [])]
    constraints += [item for column in node["columns"].values() for item in column.get("constraints", [])]
    return {constraint["type"] for constraint in constraints}


def test_what_is_not_auto_has_a_stated_reason_and_what_is_has_none(project: Project) -> None:
    wrong = {}
    for node in project.nodes("model", "snapshot", "seed"):
        reasons = node["config"]["meta"].get("physical_reason") or {}
        complete = all(len(str(reason).split()) >= 4 for reason in reasons.values())
        if set(reasons) != overrides(node) or not complete:
            wrong[node["name"]] = {"not auto": sorted(overrides(node)), "reasons": reasons}
    assert not wrong


def test_a_copy_on_every_node_says_how_small_it_is(project: Project) -> None:
    """`dist='all'` is for tables under 3 million rows that change slowly."""
    copies = [node for node in project.models if node["config"].get("dist") == "all"]
    assert copies
    assert not [
        node["name"]
        for node in copies
        if not re.search(r"\brows\b", node["config"]["meta"]["physical_reason"]["dist"])
    ]


def test_every_column_of_a_table_is_declared_with_its_type(project: Project) -> None:
    """Without, Redshift would derive types from the query: texts of 256 bytes, decimals without places."""
    wrong = []
    for node in tables(project):
        declared = {name.lower() for name, column in node["columns"].items() if column["data_type"]}
        built = {name.lower() for name in project.built_columns[node["alias"]]}
        wrong += [f"{node['name']}.{name}" for name in sorted(built - declared)]
    assert not wrong


def test_duckdb_builds_the_declared_types(project: Project) -> None:
    """Otherwise a column would hold on Redshift what it does not hold here."""
    with duckdb.connect(str(project.folder / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select schema_name, table_name, lower(column_name), lower(data_type) from duckdb_columns()"
        ).fetchall()
    built = {(schema, table, column): data_type for schema, table, column, data_type in found}
    wrong = {}
    for node in project.nodes("model", "snapshot"):
        for name, column in node["columns"].items():
            # DuckDB keeps no length of a text.
            declared = re.sub(r"^varchar\(\d+\)$", "varchar", column["data_type"])
            actual = built[node["schema"], node["alias"], name.lower()]
            if declared != actual:
                wrong[f"{node['name']}.{name}"] = (declared, actual)
    assert not wrong


def test_a_text_states_its_length_in_bytes(project: Project) -> None:
    """A bare varchar holds 256 bytes on Redshift, and 65,535 are the most."""
    wrong = []
    for node in project.nodes("model", "snapshot", "seed"):
        for name, column in node["columns"].items():
            data_type = column["data_type"] or ""
            length = re.fullmatch(r"varchar\((\d+)\)", data_type)
            if re.match("varchar|text|char", data_type) and not (length and int(length[1]) <= 65535):
                wrong.append(f"{node['name']}.{name} {data_type}")
            if re.fullmatch("decimal|numeric", data_type):
                wrong.append(f"{node['name']}.{name} {data_type}")
    assert not wrong


def test_no_key_is_declared_that_only_a_test_can_prove(project: Project) -> None:
    assert not {
        node["name"]: sorted(constraint_types(node) & KEYS)
        for node in project.nodes("model", "snapshot", "seed")
        if constraint_types(node) & KEYS
    }


def test_the_grain_of_every_mart_can_become_a_primary_key(project: Project) -> None:
    """Redshift takes a primary key only of columns that were created NOT NULL."""
    wrong = []
    for node in project.models_in("marts", "vault"):
        if node["config"]["materialized"] == "view":
            continue
        for name in node["config"]["meta"]["grain"]:
            constraints = node["columns"][name]["constraints"]
            if "not_null" not in [constraint["type"] for constraint in constraints]:
                wrong.append(f"{node['name']}.{name}")
    assert not wrong
