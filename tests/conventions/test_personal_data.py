"""Personal data is tagged wherever it is, and ends at the vault."""

from tests.conventions.conftest import Node, Project

from duckshift.contract import landing_contract

# Nested values that staging takes apart: the columns that hold the personal parts.
TAKEN_APART = {("stg_crm__contacts", "address"): ("street", "postal_code")}


def personal(node: Node) -> dict[str, str]:
    """Return the tagged columns of a node with their kind of personal data."""
    return {
        name.lower(): column["config"]["meta"]["pii"]
        for name, column in node["columns"].items()
        if column["config"]["meta"].get("pii")
    }


def test_every_personal_column_of_the_contract_is_tagged_in_bronze_and_staging(project: Project) -> None:
    models = {node["name"]: node for node in project.models}
    for (source, entity), contract in landing_contract().items():
        for layer in ("bronze", "stg"):
            model = f"{layer}_{source}__{entity}"
            expected = {
                name: column.pii
                for column in contract.columns
                for name in TAKEN_APART.get((model, column.name), (column.name,))
                if column.pii
            }
            found = {name: kind for name, kind in personal(models[model]).items() if not name.startswith("_")}
            assert found == expected, model


def test_personal_columns_keep_their_tag_on_the_way(project: Project) -> None:
    """A column of the same name as a tagged one of a parent is tagged too, in every layer."""
    nodes = {node["unique_id"]: node for node in project.nodes("model", "snapshot")}
    wrong = []
    for node in nodes.values():
        for parent in node["depends_on"]["nodes"]:
            inherited = set(personal(nodes[parent])) if parent in nodes else set()
            for name in inherited & set(node["columns"]):
                if name not in personal(node):
                    wrong.append(f"{node['name']}.{name} (personal in {parent.split('.')[2]})")
    assert not wrong


def test_gold_shows_tokens_and_no_personal_values(project: Project) -> None:
    for node in project.models_in("marts"):
        assert not [name for name, kind in personal(node).items() if kind != "token"], node["name"]


def test_what_holds_personal_data_is_restricted(project: Project) -> None:
    wrong = [
        node["name"]
        for node in project.nodes("model", "snapshot")
        if set(personal(node).values()) - {"token"}
        and node["config"]["meta"].get("classification") != "restricted"
    ]
    assert not wrong
