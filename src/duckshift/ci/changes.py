"""What differs between two manifests: what to build, what was removed, which promises were broken."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from duckshift.ci.state import Manifest

RELATIONS = ("model", "seed", "snapshot")
BUILDABLE = (*RELATIONS, "test", "unit_test")
ACCESS = ("private", "protected", "public")
REMEDY = (
    "keep it, or give the model a new version and keep the former one until its readers have moved"
    " (docs/ci.md, versions)"
)


@dataclass(frozen=True)
class Break:
    """A promise to readers that a change does not keep, and what to do about it."""

    model: str
    what: str
    remedy: str


@dataclass(frozen=True)
class Removed:
    """A node that is gone, and who reads it still (`dangling`) or did so before."""

    name: str
    kind: str
    relation: str
    readers: list[str]
    dangling: list[str]


@dataclass
class Changes:
    """What a change touches."""

    reasons: dict[str, str] = field(default_factory=dict)
    """Why a node is built anew, by unique id: of those that changed themselves."""
    descendants: list[str] = field(default_factory=list)
    """Those that read what changed."""
    removed: list[Removed] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)
    exposures: list[str] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    """Metrics that came, went or are defined otherwise."""
    around: list[str] = field(default_factory=list)
    """What changed of that which surrounds every build: hooks of a run, and files that are no node."""
    described: list[str] = field(default_factory=list)
    """Nodes of which only the documentation changed."""

    @property
    def selected(self) -> list[str]:
        """All that is built or tested."""
        return [*self.reasons, *self.descendants]


def nodes_of(manifest: Manifest) -> dict[str, dict[str, Any]]:
    """Return all nodes that are built or tested, by unique id."""
    return {**manifest["nodes"], **manifest["unit_tests"]}


def find_changes(
    old: Manifest,
    new: Manifest,
    modified: Iterable[str],
    old_vars: dict[str, Any],
    new_vars: dict[str, Any],
    files: Iterable[str] = (),
) -> Changes:
    """Compare two manifests; `modified` is what dbt says (state:modified), what it cannot see is added.

    `files` are those that changed and are no part of a manifest, such as the profile.
    """
    nodes = nodes_of(new)
    macros = changed_macros(old, new)
    reasons = {
        unique_id: _reason(unique_id, old, new, macros)
        for unique_id in modified
        if nodes.get(unique_id, {}).get("resource_type") in BUILDABLE
    }
    hidden = _readers_of_contracts(old, new) | _hidden(old, new, macros, old_vars, new_vars)
    for unique_id, reason in hidden.items():
        if unique_id in nodes and nodes[unique_id]["resource_type"] in BUILDABLE:
            reasons.setdefault(unique_id, reason)
    changes = Changes(reasons)
    changes.around = sorted(
        {f"{reason} (a hook)" for unique_id, reason in hidden.items() if unique_id.startswith("operation.")}
    ) + sorted(files)
    changes.descendants = [
        unique_id
        for unique_id in sorted(descendants(new, reasons) - reasons.keys())
        if nodes.get(unique_id, {}).get("resource_type") in BUILDABLE and _is_due(new, unique_id, reasons)
    ]
    changes.removed = find_removed(old, new)
    changes.breaks = find_breaks(old, new)
    metrics = changed_metrics(old, new)
    changes.metrics = sorted(unique_id.split(".")[2] for unique_id in metrics)
    # Metrics too read what changed, and exposures may read nothing but metrics.
    reached = descendants(new, {*reasons, *metrics}) | descendants(old, {*gone_nodes(old, new), *metrics})
    changes.exposures = sorted(
        exposure["name"]
        for unique_id, exposure in {**old["exposures"], **new["exposures"]}.items()
        if unique_id in reached
    )
    changes.described = sorted(
        node["name"]
        for unique_id, node in new["nodes"].items()
        if unique_id in old["nodes"]
        and unique_id not in reasons
        and node["resource_type"] in RELATIONS
        and _documentation(node) != _documentation(old["nodes"][unique_id])
    )
    return changes


def changed_metrics(old: Manifest, new: Manifest) -> set[str]:
    """Return the metrics (unique ids) that came, went or are defined otherwise."""
    before, after = old["metrics"], new["metrics"]
    return {
        unique_id
        for unique_id in before.keys() | after.keys()
        if unique_id not in before
        or unique_id not in after
        or _definition(old, unique_id) != _definition(new, unique_id)
    }


def _definition(manifest: Manifest, unique_id: str) -> list[Any]:
    """Return what the figure of a metric follows from: its own words, and those of what it is made of."""
    metric = manifest["metrics"].get(unique_id)
    if metric is None:
        return [_measuring(manifest["semantic_models"].get(unique_id))]
    inputs = sorted(metric["depends_on"]["nodes"])
    parts = [metric["type"], metric["type_params"], metric["filter"]]
    return [*parts, *(_definition(manifest, other) for other in inputs)]


def _measuring(model: dict[str, Any] | None) -> list[Any]:
    if model is None:
        return []
    parts = ("name", "agg", "expr", "agg_params")
    measures = [[measure.get(part) for part in parts] for measure in model["measures"]]
    dimensions = [[dimension["name"], dimension.get("expr")] for dimension in model["dimensions"]]
    return [sorted(model["depends_on"]["nodes"]), measures, dimensions]


def descendants(manifest: Manifest, of: Iterable[str]) -> set[str]:
    """Return all that reads some nodes, directly or not; tests, exposures and metrics too."""
    return _reached(manifest["child_map"], of)


def ancestors(manifest: Manifest, of: Iterable[str]) -> set[str]:
    """Return all that some nodes read, directly or not."""
    return _reached(manifest["parent_map"], of)


def _reached(edges: dict[str, list[str]], start: Iterable[str]) -> set[str]:
    found: set[str] = set()
    pending = list(start)
    while pending:
        for other in edges.get(pending.pop(), []):
            if other not in found:
                found.add(other)
                pending.append(other)
    return found


def is_view(node: dict[str, Any] | None) -> bool:
    """Whether a node is a view, whose SQL is a part of that of its readers."""
    return node is not None and node["resource_type"] == "model" and node["config"]["materialized"] == "view"


def readers_in_code(manifest: Manifest, of: Iterable[str]) -> set[str]:
    """Return the models and snapshots to which seeds and views among some nodes count as their code."""
    nodes = manifest["nodes"]
    found: set[str] = set()
    pending = [
        unique_id
        for unique_id in of
        if unique_id in nodes and (nodes[unique_id]["resource_type"] == "seed" or is_view(nodes[unique_id]))
    ]
    while pending:
        for child in manifest["child_map"].get(pending.pop(), []):
            if child not in found and nodes.get(child, {}).get("resource_type") in ("model", "snapshot"):
                found.add(child)
                pending += [child] if is_view(nodes[child]) else []
    return found


def _is_due(manifest: Manifest, unique_id: str, changed: Iterable[str]) -> bool:
    """Whether a descendant has to run: a unit test shows its model's code, so only if that changed."""
    tested = manifest["unit_tests"].get(unique_id)
    return tested is None or bool(set(tested["depends_on"]["nodes"]) & set(changed))


def _documentation(node: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    columns = node.get("columns", {}).values()
    return node["description"], sorted((column["name"], column["description"]) for column in columns)


def changed_macros(old: Manifest, new: Manifest) -> set[str]:
    """Return the macros (unique ids) that came, went or read otherwise."""
    before, after = old["macros"], new["macros"]
    return {
        unique_id
        for unique_id in before.keys() | after.keys()
        if before.get(unique_id, {}).get("macro_sql") != after.get(unique_id, {}).get("macro_sql")
    }


def _reason(unique_id: str, old: Manifest, new: Manifest, macros: set[str]) -> str:
    node, former = nodes_of(new)[unique_id], nodes_of(old).get(unique_id)
    if former is None:
        return "new"
    if node.get("checksum") != former.get("checksum"):
        return "data" if node["resource_type"] == "seed" else "SQL"
    used = _macros_under(new, node.get("depends_on", {}).get("macros", [])) & macros
    if used:
        return "macro " + ", ".join(sorted(name.split(".")[2] for name in used))
    return "configuration"


def _macros_under(manifest: Manifest, names: Iterable[str]) -> set[str]:
    found = set(names)
    pending = list(found)
    while pending:
        for other in manifest["macros"].get(pending.pop(), {}).get("depends_on", {}).get("macros", []):
            if other not in found:
                found.add(other)
                pending.append(other)
    return found


def _hidden(
    old: Manifest, new: Manifest, macros: set[str], old_vars: dict[str, Any], new_vars: dict[str, Any]
) -> dict[str, str]:
    """Return why nodes differ where dbt does not see it.

    Macros that only a materialization, a strategy or a hook calls, vars, and types of columns in YAML, from
    which change logs and Redshift's tables are made.
    """
    calls: dict[str, list[str]] = {}
    for macro in new["macros"].values():
        called = (other.split(".")[2] for other in macro["depends_on"]["macros"])
        calls.setdefault(_plain(macro["name"]), []).extend(map(_plain, called))
    changed = {_plain(name.split(".")[2]) for name in macros}
    vars_changed = {
        name for name in old_vars.keys() | new_vars.keys() if old_vars.get(name) != new_vars.get(name)
    }
    asking: dict[str, set[str]] = {}
    for macro in new["macros"].values() if vars_changed else ():
        asking.setdefault(_plain(macro["name"]), set()).update(_asked(macro["macro_sql"], vars_changed))
    found: dict[str, str] = {}
    for unique_id, node in new["nodes"].items():
        former = old["nodes"].get(unique_id)
        is_hook = node["resource_type"] == "operation"
        named = [_plain(name.split(".")[2]) for name in node["depends_on"].get("macros", [])]
        # Of those that its code names dbt sees the change itself, but of hooks.
        implied = named if is_hook else _implied(node)
        if hit := ({*implied} | _reached(calls, implied)) & changed:
            found[unique_id] = "macro " + ", ".join(sorted(hit))
            continue
        asked = _asked(f"{node.get('raw_code')} {node.get('test_metadata')}", vars_changed)
        for name in {*named, *implied} | _reached(calls, [*named, *implied]):
            asked |= asking.get(name, set())
        if asked:
            found[unique_id] = "var " + ", ".join(sorted(asked))
        elif is_hook and (former or {}).get("raw_code") != node["raw_code"]:
            found[unique_id] = node["raw_code"]
        elif former is not None and _types(former) != _types(node):
            found[unique_id] = "types of columns"
    for unique_id, former in old["nodes"].items():
        if former["resource_type"] == "operation" and unique_id not in new["nodes"]:
            found[unique_id] = f"{former['raw_code']} removed"
    return found


def _readers_of_contracts(old: Manifest, new: Manifest) -> dict[str, str]:
    """Return who reads an entity whose landing contract is another: its macros look it up while they run."""
    return {
        child: f"landing contract of {source['source_name']}.{source['name']}"
        for unique_id, source in new["sources"].items()
        if _promised(source) != _promised(old["sources"].get(unique_id))
        for child in new["child_map"].get(unique_id, [])
    }


def _promised(source: dict[str, Any] | None) -> Any:
    """Return what a landing contract says of files; who may see a column is no matter of theirs."""
    if source is None:
        return None
    columns = [
        [column["name"], column["data_type"], {**column["meta"], "pii": None}]
        for column in source["columns"].values()
    ]
    return source["config"]["meta"], columns


def _types(node: dict[str, Any]) -> dict[str, str]:
    return {column["name"]: column.get("data_type") or "" for column in node.get("columns", {}).values()}


def _implied(node: dict[str, Any]) -> list[str]:
    """Return the names of macros that dbt calls for a node without its code naming them."""
    config = node["config"]
    if node["resource_type"] not in ("model", "snapshot"):
        return []
    names = ["generate_schema_name"]
    for adapter in ("default", "duckdb", "redshift"):
        names.append(f"materialization_{config['materialized']}_{adapter}")
    if config.get("incremental_strategy"):
        names.append(f"get_incremental_{config['incremental_strategy'].replace('+', '_')}_sql")
    return names


def _plain(name: str) -> str:
    """Return the name of a macro without the engine that dispatch puts before it."""
    return re.sub(r"^(duckdb|redshift|postgres|default)__", "", name)


def _asked(text: str, names: Iterable[str]) -> set[str]:
    """Return the vars that a text asks for, of some."""
    return {name for name in names if re.search(rf"\bvar\(\s*['\"]{re.escape(name)}['\"]", text)}


def gone_nodes(old: Manifest, new: Manifest) -> dict[str, dict[str, Any]]:
    """Return models, seeds and snapshots that are gone, but those that a version of themselves goes on."""
    return {
        unique_id: node
        for unique_id, node in old["nodes"].items()
        if node["resource_type"] in RELATIONS and successor(node, new) is None
    }


def find_removed(old: Manifest, new: Manifest) -> list[Removed]:
    """Return the nodes that are gone, with those that read them."""
    return [_removed(old, node, set()) for node in gone_nodes(old, new).values()]


def find_missing(old: Manifest, files: set[str]) -> list[Removed]:
    """Return the nodes that a project lacks which does not parse, with whom they leave behind."""
    gone = {
        unique_id: node
        for unique_id, node in old["nodes"].items()
        if node["resource_type"] in RELATIONS and node["original_file_path"] not in files
    }
    left = {
        unique_id
        for part in ("nodes", "exposures", "semantic_models", "metrics")
        for unique_id, node in old[part].items()
        if node["original_file_path"] in files and unique_id not in gone
    }
    return [_removed(old, node, left) for node in gone.values()]


def _removed(old: Manifest, node: dict[str, Any], left: set[str]) -> Removed:
    readers = [
        reader
        for reader in old["child_map"].get(node["unique_id"], [])
        if not reader.startswith(("test.", "unit_test."))
    ]
    names = {reader: f"{reader.split('.')[0]} {reader.split('.')[2]}" for reader in readers}
    return Removed(
        node["name"],
        node["resource_type"],
        node.get("relation_name") or node["name"],
        sorted(names.values()),
        sorted(names[reader] for reader in readers if reader in left),
    )


def successor(node: dict[str, Any], new: Manifest) -> dict[str, Any] | None:
    """Return what goes on as the table of a node: itself, or the version of it that takes its place."""
    same = new["nodes"].get(node["unique_id"])
    if same is not None:
        return dict(same)
    for other in new["nodes"].values():
        is_version = other.get("version") is not None or node.get("version") is not None
        if is_version and other["name"] == node["name"] and other["alias"] == node["alias"]:
            return dict(other)
    return None


def predecessors(old: Manifest, new: Manifest) -> dict[str, dict[str, Any]]:
    """Return the nodes of production that go on as nodes of a change, by the unique ids of these.

    Where a version takes the place of another both go on as it; its own table is the one of the same name.
    """
    found: dict[str, dict[str, Any]] = {}
    for former in old["nodes"].values():
        node = successor(former, new) if former["resource_type"] in RELATIONS else None
        if node is not None and (node["unique_id"] not in found or former["alias"] == node["alias"]):
            found[node["unique_id"]] = former
    return found


def find_breaks(old: Manifest, new: Manifest) -> list[Break]:
    """Return the promises of public models that the new manifest breaks: existence, access, contract."""
    found: list[Break] = []
    for former in old["nodes"].values():
        if former["resource_type"] != "model" or former.get("access") != "public":
            continue
        if _is_past(former.get("deprecation_date"), new):
            # Announced: it may go, and another version may take its place.
            continue
        node = successor(former, new)
        name = former["name"]
        if node is None:
            if any(other["name"] == name and other.get("version") for other in new["nodes"].values()):
                remedy = f"let its first version keep the table: config: alias: {former['alias']}"
            else:
                remedy = "announce it (deprecation_date) and keep it until that day" + (
                    "" if not former.get("deprecation_date") else ", which has not come"
                )
            found.append(Break(name, "public model removed", remedy))
            continue
        found += [Break(name, what, REMEDY) for what in _broken(former, node)]
    return found


def _is_past(moment: str | None, new: Manifest) -> bool:
    return bool(moment) and str(moment) < str(new["metadata"]["generated_at"])


def _broken(former: dict[str, Any], node: dict[str, Any]) -> list[str]:
    what: list[str] = []
    if ACCESS.index(node["access"]) < ACCESS.index(former["access"]):
        what.append(f"access narrowed from {former['access']} to {node['access']}")
    if not former["contract"]["enforced"]:
        return what
    if not node["contract"]["enforced"]:
        what.append("contract no longer enforced")
    columns = {column["name"]: column for column in node["columns"].values()}
    for column in former["columns"].values():
        name = column["name"]
        if name not in columns:
            what.append(f"column {name} removed")
            continue
        if (column["data_type"] or "").lower() != (columns[name]["data_type"] or "").lower():
            what.append(f"column {name} is {columns[name]['data_type']}, was {column['data_type']}")
        kinds = {constraint["type"] for constraint in columns[name]["constraints"]}
        what += [
            f"column {name} lost its constraint {constraint['type']}"
            for constraint in column["constraints"]
            if constraint["type"] not in kinds
        ]
    return what
