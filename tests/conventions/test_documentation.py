"""Everything has a description that says more than its name, and the columns described are the real ones."""

import re
from collections.abc import Callable, Iterable

import yaml
from tests.conventions.conftest import ROOT, Node, Project

FILL_WORDS = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "is",
    "it",
    "of",
    "on",
    "that",
    "the",
    "to",
    "was",
}


def words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z0-9]+", text.lower())}


def own_words(name: str, description: str) -> int:
    """Return how many words of a description are not in the name."""
    return len(words(description) - words(name) - FILL_WORDS)


def undocumented(items: Iterable[tuple[str, str, str]], least: int = 1) -> list[str]:
    """Return the places of (place, name, description) whose description has fewer words of its own."""
    return [
        f"{place}: {description!r}"
        for place, name, description in items
        if own_words(name, description) < least
    ]


def columns_of(
    nodes: Iterable[Node], chosen: Callable[[Node], bool] = lambda _: True
) -> Iterable[tuple[str, str, str]]:
    for node in nodes:
        for column in filter(chosen, node["columns"].values()):
            yield f"{node['name']}.{column['name']}", column["name"], column["description"]


def is_measure(column: Node) -> bool:
    numeric = re.match("bigint|integer|decimal|double", column["data_type"] or "")
    return bool(numeric) and not column["name"].endswith("_key")


def is_variant(macro: Node) -> bool:
    """Whether a macro is what a dispatch chooses: described where the dispatch is."""
    return bool(re.match(r"(duckdb|redshift)__", macro["name"]))


def test_every_model_seed_snapshot_and_source_is_described(project: Project) -> None:
    nodes = [*project.nodes("model", "seed", "snapshot"), *project.sources]
    assert not undocumented((node["unique_id"], node["name"], node["description"]) for node in nodes)
    assert all(source["source_description"] for source in project.sources)


def test_every_described_column_is_explained(project: Project) -> None:
    nodes = [*project.nodes("model", "seed", "snapshot"), *project.sources]
    assert not undocumented(columns_of(nodes))


def test_what_others_read_is_explained_in_more_than_a_word_and_figures_in_more_than_two(
    project: Project,
) -> None:
    """Nearer to the source, what a column is called in a row is often all that there is to say."""
    nodes = [*project.models_in("marts", "ops", "quarantine", "vault"), *project.nodes("seed")]
    assert not undocumented(columns_of(nodes), least=2)
    assert not undocumented(columns_of(nodes, is_measure), least=3)


def test_the_columns_described_are_the_columns_that_are_there(project: Project) -> None:
    wrong = {}
    for node in project.nodes("model", "seed", "snapshot"):
        described = {name.lower() for name in node["columns"]}
        built = {name.lower() for name in project.built_columns.get(node["alias"], [])}
        if described != built:
            wrong[node["name"]] = {
                "not described": sorted(built - described),
                "not there": sorted(described - built),
            }
    assert not wrong


def test_every_macro_and_argument_is_described(project: Project) -> None:
    macros = [macro for macro in project.macros if not is_variant(macro)]
    # What dbt calls arguments of a materialization are its languages.
    assert not undocumented((macro["unique_id"], macro["name"], macro["description"]) for macro in macros)
    arguments = [
        (f"{macro['name']}({argument['name']})", argument)
        for macro in macros
        for argument in macro["arguments"]
        if not macro["name"].startswith("materialization_")
    ]
    assert not [place for place, argument in arguments if not argument["type"]]
    assert not [place for place, argument in arguments if len(argument["description"] or "") <= len("SQL")]


def test_a_model_is_described_by_what_one_row_is(project: Project) -> None:
    nodes = project.nodes("model", "snapshot")
    assert not [node["name"] for node in nodes if not node["description"].startswith("One row is ")]


def test_intermediates_and_marts_open_with_a_comment_on_what_one_row_is(project: Project) -> None:
    wrong = []
    for node in project.models_in("intermediate", "marts", "ops", "quarantine", "vault"):
        code = re.sub(r"^\s*({{\s*config\(.*?\)\s*}}\s*)?", "", node["raw_code"], count=1, flags=re.DOTALL)
        if not code.startswith("-- One row is "):
            wrong.append(node["original_file_path"])
    assert not wrong


def test_the_overview_has_every_table_of_the_star_with_its_key(project: Project) -> None:
    """The docs call it the list of grains and keys; a key in words (`these four`) is not compared."""
    keys = {node["name"]: node["config"].get("unique_key") or [] for node in project.models_in("marts")}
    _, star = (ROOT / "models" / "overview.md").read_text(encoding="utf-8").split("\n## The star\n")
    named = []
    for line in star.split("\n## ")[0].splitlines():
        if not line.startswith("| `"):
            continue
        tables, told = (re.findall(r"`(\w+)`", line.split("|")[cell]) for cell in (1, 3))
        named += tables
        known = [[key] if isinstance(key, str) else key for key in map(keys.get, tables) if key]
        if told and known:
            assert told == [name for key in known for name in key], line
    assert sorted(named) == sorted(keys)


def test_comments_name_models_that_exist_and_read_the_model(project: Project) -> None:
    """A header's `Read by a, b` is what a reader trusts; other names need only exist."""
    names = {node["name"] for node in project.nodes("model", "seed", "snapshot")}
    variables = set(yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"])
    layer = re.compile(r"\b(?:bronze|stg|int|dim|fct|bridge|snp|mart|quarantined)_[a-z_]*[a-z]\b")
    columns = {column for columns in project.built_columns.values() for column in columns}
    children = project.manifest["child_map"]
    wrong = []
    for node in project.models:
        comment = " ".join(re.findall(r"^\s*-- (.*)$", node["raw_code"], re.MULTILINE))
        for name in layer.findall(comment):
            if name not in names | columns | variables:
                wrong.append(f"{node['name']} speaks of {name}, which does not exist")
        readers = {child.split(".")[2] for child in children[node["unique_id"]]}
        for sentence in re.findall(r"Read by ([^.]*)\.", comment):
            for name in layer.findall(sentence):
                if name in names and name not in readers:
                    wrong.append(f"{node['name']} is not read by {name}")
    assert not wrong


def test_a_dbt_test_opens_with_what_it_guards(project: Project) -> None:
    wrong = []
    for node in project.tests:
        if node.get("test_metadata"):
            continue
        code = re.sub(r"^\s*({{\s*config\(.*?\)\s*}}\s*)?", "", node["raw_code"], count=1, flags=re.DOTALL)
        if not re.match("-- (Guards|Warns|Fails) ", code):
            wrong.append(node["original_file_path"])
    assert not wrong
