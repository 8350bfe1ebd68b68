"""Who answers for what, who may read it, and who does: groups, access, semantic models and exposures."""

from collections.abc import Iterable

from tests.conventions.conftest import Node, Project
from tests.conventions.test_documentation import undocumented

TEAM_OF_THE_SEEDS = "warehouse"

# Staging holds personal data too; all the same the accounting, of another group, counts every record of it.
ABOVE_STAGING = ("intermediate", "marts", "ops", "quarantine", "vault")


def layer(node: Node) -> str:
    return str(node["original_file_path"]).split("/")[1]


def is_restricted(node: Node) -> bool:
    return bool(node["config"]["meta"].get("classification") == "restricted")


def owners(project: Project) -> dict[str, tuple[str, str]]:
    """Return name and address of the owner of each group."""
    groups = project.manifest["groups"].values()
    return {group["name"]: (group["owner"]["name"], group["owner"]["email"]) for group in groups}


def semantic_models(project: Project) -> list[Node]:
    return list(project.manifest["semantic_models"].values())


def exposures(project: Project) -> list[Node]:
    return list(project.manifest["exposures"].values())


def read_by(nodes: Iterable[Node]) -> set[str]:
    return {unique_id for node in nodes for unique_id in node["depends_on"]["nodes"]}


def expected_access(node: Node) -> str:
    """Return who may read a model, as its layer and what it holds say."""
    if layer(node) == "marts":
        return "public"
    return "private" if layer(node) in ABOVE_STAGING and is_restricted(node) else "protected"


# ---------- groups


def test_a_model_is_in_the_group_of_its_owner(project: Project) -> None:
    wrong = {
        node["name"]: (node["config"]["group"], node["config"]["meta"].get("owner"))
        for node in project.nodes("model", "snapshot")
        if node["config"]["group"] is None or node["config"]["group"] != node["config"]["meta"].get("owner")
    }
    assert not wrong
    assert {node["config"]["group"] for node in project.nodes("seed")} == {TEAM_OF_THE_SEEDS}


def test_every_group_is_described_and_answers_for_some_model(project: Project) -> None:
    groups = project.manifest["groups"].values()
    assert not undocumented((group["unique_id"], group["name"], group["description"]) for group in groups)
    assert set(owners(project)) == {node["config"]["group"] for node in project.models}
    people = list(owners(project).values())
    assert len(set(people)) == len(people)
    assert all(name and address for name, address in people)


# ---------- access


def test_a_model_may_be_read_by_whom_its_layer_says(project: Project) -> None:
    """Marts by all, what holds personal data above staging by its own group, all else in this project."""
    wrong = {
        node["name"]: (node["access"], expected_access(node))
        for node in project.models
        if node["access"] != expected_access(node)
    }
    assert not wrong


def test_what_is_restricted_above_staging_is_read_by_its_own_group(project: Project) -> None:
    """Models are kept private by dbt, as far as they say so; snapshots know no access."""
    nodes = {node["unique_id"]: node for node in project.nodes("model", "snapshot")}
    kept = [
        node
        for node in nodes.values()
        if is_restricted(node) and (node["resource_type"] == "snapshot" or expected_access(node) == "private")
    ]
    assert {node["resource_type"] for node in kept} == {"model", "snapshot"}
    wrong = [
        f"{nodes[child]['name']} reads {node['name']}"
        for node in kept
        for child in project.manifest["child_map"][node["unique_id"]]
        if child in nodes and nodes[child]["config"]["group"] != node["config"]["group"]
    ]
    assert not wrong


def test_the_vault_is_private(project: Project) -> None:
    assert {node["access"] for node in project.models_in("vault")} == {"private"}


def test_what_others_build_on_has_a_contract(project: Project) -> None:
    public = [node for node in project.models if node["access"] == "public"]
    assert public
    assert not [node["name"] for node in public if not node["contract"]["enforced"]]


# ---------- semantic layer


def test_semantic_models_read_public_models_only(project: Project) -> None:
    public = {node["unique_id"] for node in project.models if node["access"] == "public"}
    assert semantic_models(project)
    assert not read_by(semantic_models(project)) - public


def test_semantic_models_metrics_and_their_parts_are_described(project: Project) -> None:
    found = [
        (node["unique_id"], node["name"], node["description"] or "") for node in semantic_models(project)
    ]
    for node in semantic_models(project):
        for part in [*node["entities"], *node["dimensions"], *node["measures"]]:
            found.append((f"{node['name']}.{part['name']}", part["name"], part["description"] or ""))
    metrics = project.manifest["metrics"].values()
    found += [(metric["unique_id"], metric["name"], metric["description"] or "") for metric in metrics]
    assert not undocumented(found)
    assert not [metric["name"] for metric in metrics if not metric["label"]]
    assert len({metric["label"] for metric in metrics}) == len(metrics)


def test_metrics_and_semantic_models_belong_to_the_group_of_their_folder(project: Project) -> None:
    nodes = [*semantic_models(project), *project.manifest["metrics"].values()]
    wrong = []
    for node in nodes:
        folder = node["original_file_path"].split("/")[2]
        if node["config"]["group"] != {"core": TEAM_OF_THE_SEEDS}.get(folder, folder):
            wrong.append(node["unique_id"])
    assert not wrong


def test_every_measure_is_part_of_a_metric(project: Project) -> None:
    used = {
        measure["name"]
        for metric in project.manifest["metrics"].values()
        for measure in metric["type_params"]["input_measures"]
    }
    assert used == {measure["name"] for node in semantic_models(project) for measure in node["measures"]}


def test_time_is_added_up_over_dim_date(project: Project) -> None:
    spines = {node["name"]: node["time_spine"] for node in project.models if node["time_spine"]}
    assert set(spines) == {"dim_date"}
    assert spines["dim_date"]["standard_granularity_column"] == "date_day"


# ---------- exposures


def test_every_subject_mart_has_a_reader_outside_of_the_project(project: Project) -> None:
    core = {node["unique_id"] for node in project.models_in("marts/core")}
    marts = {node["unique_id"] for node in project.models_in("marts")} - core
    assert marts
    assert not marts - read_by(exposures(project))


def test_every_fact_is_read_by_an_exposure_or_counted_in_a_metric(project: Project) -> None:
    facts = {node["unique_id"] for node in project.models_in("marts/core") if node["name"].startswith("fct_")}
    assert facts
    assert not facts - read_by([*exposures(project), *semantic_models(project)])


def test_exposures_are_described_and_owned_by_a_group(project: Project) -> None:
    found = exposures(project)
    assert not undocumented((node["unique_id"], node["name"], node["description"]) for node in found)
    assert not [node["name"] for node in found if not node["label"] or not node["maturity"]]
    known = set(owners(project).values())
    assert {(node["owner"]["name"], node["owner"]["email"]) for node in found} == known - {
        owners(project)[TEAM_OF_THE_SEEDS]
    }


def test_exposures_read_public_models_and_metrics_only(project: Project) -> None:
    allowed = {node["unique_id"] for node in project.models if node["access"] == "public"}
    allowed |= set(project.manifest["metrics"])
    for node in exposures(project):
        read = set(node["depends_on"]["nodes"])
        assert read, node["name"]
        assert not read - allowed, node["name"]
