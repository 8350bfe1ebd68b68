"""What an incremental model says in meta.recompute, against the models and change logs that there are."""

import re
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope
from tests.conventions.conftest import Node, Project

# Tables that only follow seeds and vars, and are built whole in every run.
STATIC = {
    "bridge_date_holidays": "a seed, a row per day",
    "dim_date": "the days between two vars",
    "dim_time_of_day": "the minutes of a day",
}

# Models whose `by` is null, and on which rows: they are always worked out.
BY_IS_NULL = {
    "dim_customer": "the members -1 and -2 are no customer",
    "dim_product": "the members -1 and -2 are no product",
}

WORDS = {"all", "all_when", "at", "gives", "interval", "key", "lost", "match", "mentions", "reads", "through"}

Rule = dict[str, Any]


@pytest.fixture(scope="module")
def schema(project: Project) -> dict[str, Any]:
    """The columns and types of all tables, as sqlglot wants them."""
    found: dict[str, Any] = {}
    with duckdb.connect(str(project.folder / "warehouse.duckdb"), read_only=True) as connection:
        for database, layer, table, column, data_type in connection.execute(
            "select database_name, schema_name, table_name, column_name, data_type from duckdb_columns()"
        ).fetchall():
            tables = found.setdefault(database, {}).setdefault(layer, {})
            tables.setdefault(table, {})[column] = data_type
    return found


def recomputed(project: Project) -> list[Node]:
    """Return the models of the strategy `recompute`."""
    models = [node for node in project.models if node["config"]["incremental_strategy"] == "recompute"]
    return [node for node in models if node["config"]["materialized"] == "incremental"]


def recompute(node: Node) -> dict[str, Any]:
    declared = node["config"]["meta"]["recompute"]
    assert isinstance(declared, dict)
    return declared


def long_form(rule: Any) -> list[Rule]:
    """Return what `after` says of one input as a list of mappings."""
    if rule == "all":
        return [{"all": True}]
    if isinstance(rule, str):
        return [{"key": rule}]
    return [rule] if isinstance(rule, dict) else list(rule)


def rules(node: Node) -> Iterator[tuple[str, Rule]]:
    """Yield the rules of a model, each with the input that it is about."""
    for name, declared in recompute(node)["after"].items():
        for rule in long_form(declared):
            yield name, rule


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def is_bronze(name: str) -> bool:
    return name.startswith("bronze_")


def logged_ancestors(project: Project, node: Node) -> set[str]:
    """Return the nearest tables above a node that change: views are looked through."""
    found = set()
    for unique_id in node["depends_on"]["nodes"]:
        parent = project.manifest["nodes"].get(unique_id, {"resource_type": "source"})
        if parent["resource_type"] in ("seed", "source") or parent["name"] in STATIC:
            continue
        if parent["config"]["materialized"] == "view":
            found |= logged_ancestors(project, parent)
        else:
            found.add(parent["name"])
    return found


def logged(project: Project, name: str) -> set[str]:
    """Return the columns whose former and new values stand in the change log of a model or snapshot."""
    columns = project.built_columns[f"changes__{name}"]
    return {column.removeprefix("old_") for column in columns if column.startswith("old_")}


def columns_named(rule: Rule) -> set[str]:
    """Return the columns of the input that a rule names."""
    named = set(rule.get("match", {}).values()) | set(rule.get("reads", []))
    named |= {rule[word] for word in ("key", "all_when") if word in rule}
    named |= set(rule.get("mentions", {}).values())
    if "at" in rule:
        named |= set(rule.get("interval", ["valid_from", "valid_to"]))
    return named


@pytest.fixture(scope="module")
def connection(project: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(project.folder / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def type_of(connection: duckdb.DuckDBPyConnection, node: Node, expression: str) -> str:
    """Return the type of an expression over a table, or why the engine refuses it."""
    try:
        query = f"select {expression} as value from {node['relation_name']} limit 0"
        found = connection.execute(query).description
    except duckdb.Error as error:
        return f"{node['name']}: {expression}: {error}"
    return str(found[0][1]).lower()


def by_name(project: Project) -> dict[str, Node]:
    """Return models and snapshots by name, which versions of a model share: its latest one."""
    nodes = project.nodes("model", "snapshot")
    return {node["name"]: node for node in nodes if node.get("version") == node.get("latest_version")}


def test_every_table_is_recomputed_or_said_to_be_static(project: Project) -> None:
    models = project.models_in("staging", "intermediate", "marts", "vault")
    tables = {node["name"] for node in models if node["config"]["materialized"] != "view"}
    assert tables == {node["name"] for node in recomputed(project)} | set(STATIC)


def test_static_tables_read_nothing_but_seeds(project: Project) -> None:
    read = {name: logged_ancestors(project, by_name(project)[name]) for name in STATIC}
    assert not {name: found for name, found in read.items() if found}


def test_the_inputs_are_the_nearest_tables_that_change(project: Project) -> None:
    """An input left out is a change that is missed; one too many fails only when it has changes."""
    wrong = {}
    for node in recomputed(project):
        declared, read = set(recompute(node)["after"]), logged_ancestors(project, node)
        if declared != read:
            wrong[node["name"]] = {"missing": read - declared, "not read": declared - read}
    assert not wrong


def test_rules_have_one_way_to_name_keys_and_no_unknown_words(project: Project) -> None:
    wrong = []
    for node in recomputed(project):
        for name, rule in rules(node):
            ways = [word for word in ("all", "key", "mentions", "through") if word in rule]
            # `at`, `gives` and `interval` say more about `match`, and `match` about `through`.
            loose = {"at", "gives", "match"} & set(rule) and "through" not in rule
            loose = (
                loose
                or ("interval" in rule and "at" not in rule)
                or ("lost" in rule and "mentions" not in rule)
            )
            matched = "through" not in rule or rule.get("match")
            if len(ways) != 1 or set(rule) - WORDS or loose or not matched:
                wrong.append(f"{node['name']} after {name}: {rule}")
    assert not wrong


def test_rules_name_columns_that_the_change_log_of_the_input_keeps(project: Project) -> None:
    wrong = []
    for node in recomputed(project):
        for name, rule in rules(node):
            if is_bronze(name):
                continue
            unknown = columns_named(rule) - logged(project, name)
            if unknown:
                wrong.append(f"{node['name']} after {name}: {sorted(unknown)} not logged")
    assert not wrong


def test_of_bronze_a_rule_says_no_more_than_the_key(project: Project) -> None:
    wrong = [
        f"{node['name']} after {name}: {rule}"
        for node in recomputed(project)
        for name, rule in rules(node)
        if is_bronze(name) and set(rule) not in ({"key"}, {"all"})
    ]
    assert not wrong


def test_keys_have_the_type_of_the_column_that_they_are_compared_with(
    project: Project, connection: duckdb.DuckDBPyConnection
) -> None:
    """The engine is asked, so a column that is not there shows too."""
    nodes = by_name(project)
    wrong = []
    for node in recomputed(project):
        by = recompute(node)["by"]
        if by == "all":
            continue
        wanted = type_of(connection, node, by)
        for name, rule in rules(node):
            if "all" in rule:
                continue
            place = node if rule.get("through") == "this" else nodes[rule.get("through", name)]
            found = type_of(
                connection,
                place,
                rule.get("key") or rule.get("mentions", {}).get(by) or rule.get("gives", by),
            )
            if found != wanted:
                wrong.append(f"{node['name']} after {name}: {found} is not {by} ({wanted})")
    assert not wrong, "\n".join(wrong)


def test_changes_match_columns_of_the_same_type(
    project: Project, connection: duckdb.DuckDBPyConnection
) -> None:
    nodes = by_name(project)
    pairs = []
    for node in recomputed(project):
        for name, rule in rules(node):
            if "through" not in rule:
                continue
            place = node if rule["through"] == "this" else nodes[rule["through"]]
            pairs += [(place, own, nodes[name], other) for own, other in rule["match"].items()]
            if "at" in rule:
                interval = rule.get("interval", ["valid_from", "valid_to"])
                pairs += [(place, rule["at"], nodes[name], bound) for bound in interval]
    assert pairs
    types = [(type_of(connection, *pair[:2]), type_of(connection, *pair[2:])) for pair in pairs]
    wrong = [
        f"{place['name']}.{own} ({first}), {other['name']}.{column} ({second})"
        for (place, own, other, column), (first, second) in zip(pairs, types, strict=True)
        if first != second
    ]
    assert not wrong, "\n".join(wrong)


def test_rules_go_through_the_model_itself_or_what_it_reads(project: Project) -> None:
    wrong = [
        f"{node['name']} after {name} through {rule['through']}"
        for node in recomputed(project)
        for name, rule in rules(node)
        if rule.get("through", "this") not in {"this", *recompute(node)["after"]}
    ]
    assert not wrong


def test_logged_columns_are_columns_of_the_model(project: Project) -> None:
    wrong = {}
    for node in recomputed(project):
        declared = recompute(node)
        named = [*declared.get("log", []), *listed(node["config"]["unique_key"])]
        named += [] if declared["by"] == "all" else [declared["by"]]
        unknown = set(named) - set(project.built_columns[node["name"]])
        doubled = set(declared.get("log", [])) & set(listed(node["config"]["unique_key"]))
        if unknown or doubled:
            wrong[node["name"]] = {"unknown": unknown, "logged anyway": doubled}
    assert not wrong


def test_every_logged_column_beside_the_key_has_a_reader(project: Project) -> None:
    """Old and new values cost space; so `log` holds what the rules of children name, and nothing else."""
    read: dict[str, set[str]] = {}
    for node in recomputed(project):
        for name, rule in rules(node):
            read.setdefault(name, set()).update(columns_named(rule))
    unread = {
        node["name"]: set(recompute(node).get("log", [])) - read.get(node["name"], set())
        for node in recomputed(project)
    }
    assert not {name: columns for name, columns in unread.items() if columns}


def test_rows_are_found_by_their_grain(project: Project) -> None:
    wrong = {
        node["name"]: node["config"]["unique_key"]
        for node in recomputed(project)
        if listed(node["config"]["unique_key"]) != node["config"]["meta"]["grain"]
    }
    assert not wrong


def test_the_column_that_names_the_keys_is_never_null(project: Project) -> None:
    """Else rows without a value would be left as they are for ever."""
    proven: dict[str, set[str]] = {}
    for test in project.tests:
        metadata = test.get("test_metadata")
        if metadata and metadata["name"] in ("not_null", "not_null_columns"):
            arguments = metadata["kwargs"]
            columns = arguments.get("columns") or [arguments["column_name"]]
            proven.setdefault(test["attached_node"], set()).update(columns)
    unproven = {
        node["name"]
        for node in recomputed(project)
        if recompute(node)["by"] not in {"all", *proven.get(node["unique_id"], set())}
    }
    assert unproven == set(BY_IS_NULL)


def test_new_keys_are_found(project: Project) -> None:
    """A rule through the table itself finds only keys that it holds already."""
    wrong = {
        node["name"]
        for node in recomputed(project)
        if recompute(node)["by"] != "all"
        and not any({"key", "gives", "mentions"} & set(rule) for _, rule in rules(node))
    }
    assert not wrong


def test_a_model_asks_once_for_the_affected_keys(project: Project) -> None:
    """First of all, so that the strategy finds the query in the compiled model."""
    opening = "with\n\naffected as (\n    {{ affected_keys() }}\n),\n\n"
    wrong = [
        node["name"]
        for node in recomputed(project)
        if opening not in node["raw_code"] or node["raw_code"].count("affected_keys()") != 1
    ]
    assert not wrong
    others = [node["name"] for node in project.models if "affected_keys()" in node["raw_code"]]
    assert set(others) == {node["name"] for node in recomputed(project)}


def imports(node: Node) -> dict[str, list[str]]:
    """Return, per input, the CTEs that read it."""
    found: dict[str, list[str]] = {}
    for body in re.findall(r"^\w+ as \(\n(.*?)\n\)", node["raw_code"], re.DOTALL | re.MULTILINE):
        for name in re.findall(r"ref\('(\w+)'\)", body):
            found.setdefault(name, []).append(body)
    return found


def key_as_written(node: Node, name: str, rule: Rule) -> str:
    """Return the key of a rule as the model's code has it: for bronze perhaps a macro call."""
    if "mentions" in rule:
        return f"'{rule['mentions'][recompute(node)['by']]}'"
    if not is_bronze(name):
        return f"'{rule['key']}'"
    found = re.search(rf"'{name}': (.+)}},$", node["raw_code"], re.MULTILINE)
    return found.group(1) if found else ""


def test_inputs_that_name_keys_are_read_by_those_keys(project: Project) -> None:
    """At least once each, by the column or expression of the rule; where all is recomputed, by none."""
    wrong = []
    for node in recomputed(project):
        is_whole = recompute(node)["by"] == "all"
        for name, rule in rules(node):
            if not is_whole and not {"key", "mentions"} & set(rule):
                continue
            # What is read through a view is read where the view is.
            read = imports(node).get(name) or [body for bodies in imports(node).values() for body in bodies]
            filters = re.findall(r"is_affected\((.*?)(?:, of='\w+')?\) }}", "\n".join(read))
            wanted = "" if is_whole else key_as_written(node, name, rule)
            if wanted not in filters:
                wrong.append(f"{node['name']}: {name} is not read by is_affected({wanted}): {filters}")
    assert not wrong, "\n".join(wrong)


def columns_read(node: Node, name: str, schema: dict[str, Any]) -> set[str]:
    """Return the columns of an input that the rows of a model follow from."""
    tree = sqlglot.parse_one(node["compiled_code"], read="duckdb")
    tree = pushdown_projections(qualify(tree, schema=schema, dialect="duckdb"))
    found = set()
    for scope in traverse_scope(tree):
        tables = {
            alias
            for alias, source in scope.sources.items()
            if isinstance(source, sqlglot.exp.Table) and source.name == name
        }
        found |= {column.name for column in scope.columns if column.table in tables}
    return found


def test_a_change_is_passed_over_only_if_the_model_reads_none_of_the_changed_columns(
    project: Project, schema: dict[str, Any]
) -> None:
    """Rules with `reads` ignore updates of other columns: none of those may be used by the model.

    What a row is found by (its key, `by`, the interval of a version) changes only as a row that comes or
    goes, or is in the rule.
    """
    by_name = {node["name"]: node for node in recomputed(project)}
    checked, wrong = 0, []
    for node in by_name.values():
        for name, rule in rules(node):
            if not {"reads", "mentions"} & set(rule):
                continue
            parent = by_name[name]
            known = {
                *rule.get("reads", []),
                *rule.get("mentions", {}).values(),
                *listed(parent["config"]["unique_key"]),
                recompute(parent)["by"],
            }
            known |= set(rule.get("interval", ["valid_from", "valid_to"]) if "at" in rule else [])
            checked += 1
            wrong += [
                f"{node['name']} uses {column} of {name}, which is not among `reads`"
                for column in sorted(columns_read(node, name, schema) - known)
            ]
    assert checked > 10
    assert not wrong, "\n".join(wrong)
