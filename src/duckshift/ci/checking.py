"""Checks a change: selects, builds beside production, compares, replays, reviews."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from duckshift.ci.changes import (
    RELATIONS,
    Changes,
    find_breaks,
    find_changes,
    find_missing,
    find_removed,
    nodes_of,
    predecessors,
    readers_in_code,
)
from duckshift.ci.commands import Work, selector
from duckshift.ci.comparing import TableDiff, comparable, compare
from duckshift.ci.metrics import MetricDiffs, compare_metrics
from duckshift.ci.replaying import replay
from duckshift.ci.review import Review
from duckshift.ci.state import Manifest, State, files_around, project_vars, read_state
from duckshift.ci.weaker_tests import find_weaker_tests
from duckshift.comparison import attach_read_only
from duckshift.errors import UserError, without_values

BATCHES = 3
ADAPTER = "duckdb"

Progress = Callable[[str], None]


def check(project: Path, state: Path, folder: Path, *, batches: int = BATCHES, progress: Progress) -> Review:
    """Check the project in `project` against a state of production, and return the review.

    Everything is written in `folder`; the state's files are only read. Raises UserError if the state is none
    of this project, or the check itself cannot go on.
    """
    began = time.monotonic()
    production = read_state(state)
    _refuse_others(production)
    work = Work(folder, project, production)
    work.prepare()
    review = Review()
    try:
        _check(work, review, batches, progress)
    finally:
        work.production.unlink(missing_ok=True)
    review.seconds = round(time.monotonic() - began, 1)
    return review


def _refuse_others(state: State) -> None:
    adapter = state.facts["adapter"]
    if adapter != ADAPTER:
        raise UserError(
            f"the state is of a build on {adapter}, this check builds on {ADAPTER}: manifests of two targets"
            " differ in what is no change (docs/ci.md, Redshift)"
        )


def _check(work: Work, review: Review, batches: int, progress: Progress) -> None:
    old = work.state.manifest
    progress("what changed")
    outcome, modified = work.list_modified()
    new = work.manifest()
    if outcome.status or new is None:
        # dbt itself refuses some breaks of contracts, after it has written what it parsed.
        review.errors = [" ".join(outcome.errors())[:1000]]
        review.changes = _without_selection(work.project, old, new)
        return
    if new["metadata"]["project_name"] != work.state.facts["project"]:
        raise UserError(
            f"the state is of project {work.state.facts['project']}, not of {new['metadata']['project_name']}"
        )
    facts = work.state.facts
    files = _changed_files(facts.get("files"), files_around(work.project))
    changes = find_changes(old, new, modified, facts["vars"], project_vars(work.project), files)
    review.changes = changes
    nodes = nodes_of(new)
    review.names = {unique_id: selector(nodes[unique_id]) for unique_id in changes.selected}
    review.full_node_seconds = round(sum(work.state.full_seconds.values()), 1)
    if touched := {nodes[unique_id]["name"] for unique_id in changes.selected} & {*work.state.outdated}:
        review.notes.append(
            f"production's {', '.join(sorted(touched))} has rows that older code worked out: it differs for"
            " that reason too, until a build with --full-refresh is promoted"
        )
    review.concerns += [*find_weaker_tests(old, new), *name_macros_of_tests(changes)]
    if changes.metrics:
        review.notes.append(f"metrics that came, went or are defined otherwise: {', '.join(changes.metrics)}")
    names = list(review.names.values()) or _trial(work.state, new, changes)
    skipped: set[str] = set()
    if names:
        progress(f"building {len(names)} nodes beside production")
        outcome, results = work.build(names, "--favor-state")
        _note_results(review, results, outcome.status)
        skipped = {result["unique_id"] for result in results if result["status"] == "skipped"}
    if unbuilt := _relations(new, skipped):
        review.concerns.append(f"not built, because of what failed before: {', '.join(unbuilt)}")
    if changes.around:
        review.concerns.append(_of_surroundings(new, changes, names))
    if not changes.selected and not changes.metrics:
        return
    progress("comparing with production")
    review.tables, metrics = _compare(work, old, new, changes)
    review.metrics = metrics.differences
    if metrics.unknown:
        review.notes.append(f"metrics that are not worked out here: {', '.join(metrics.unknown)}")
    changed = {diff.table.partition(".")[2] for diff in review.tables if not diff.is_equal}
    review.refreshes = sorted(
        nodes[unique_id]["name"]
        for unique_id in {*changes.reasons, *readers_in_code(new, changes.reasons)}
        if nodes[unique_id].get("alias") in changed
        and unique_id in old["nodes"]
        and nodes[unique_id]["config"].get("materialized") in ("incremental", "snapshot")
    )
    review.notes += _unread(work, old, new, changes)
    if not review.errors and not changes.breaks:
        review.replay = replay(work, old, new, changes, skipped, batches=batches, progress=progress)
        review.concerns += review.replay.untested


def name_macros_of_tests(changes: Changes) -> list[str]:
    """Return the macros by which tests look that are the same themselves: they may find less now."""
    reasons = Counter(
        reason
        for unique_id, reason in changes.reasons.items()
        if unique_id.startswith("test.") and reason.startswith("macro ")
    )
    return [
        f"{reason} changed, by which {count} tests look: whether they find less only a reader can tell"
        for reason, count in sorted(reasons.items())
    ]


def _changed_files(old: dict[str, str] | None, new: dict[str, str]) -> list[str]:
    """Return the files that differ; none if the state is older than this comparison."""
    if old is None:
        return []
    return [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]


def _trial(state: State, new: Manifest, changes: Changes) -> list[str]:
    """Return the cheapest table, to be built where nothing changed but what surrounds every build."""
    if not changes.around:
        return []
    tables = [
        node
        for node in new["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["materialized"] in ("table", "incremental")
        # Bronze lists the landing zone and loads it.
        if node["config"].get("incremental_strategy") != "append"
    ]
    seconds = state.full_seconds
    tables.sort(key=lambda node: (seconds.get(node["unique_id"], 1e9), node["name"]))
    return [selector(node) for node in tables[:1]]


def _of_surroundings(new: Manifest, changes: Changes, names: list[str]) -> str:
    nodes = [new["nodes"].get(unique_id, {"config": {}}) for unique_id in changes.selected]
    tried = (
        "tried with what is built" if changes.selected else f"tried with a build of {', '.join(names)} only"
    )
    if not any(node["config"].get("incremental_strategy") == "append" for node in nodes):
        tried += ", loading of files not at all"
    return f"{', '.join(changes.around)} changed: {tried}"


def _without_selection(project: Path, old: Manifest, new: Manifest | None) -> Changes:
    if new is not None:
        return Changes(removed=find_removed(old, new), breaks=find_breaks(old, new))
    files = {
        file.relative_to(project).as_posix()
        for part in ("models", "seeds", "snapshots")
        for file in (project / part).rglob("*")
        if file.is_file()
    }
    return Changes(removed=find_missing(old, files))


def _note_results(review: Review, results: list[dict[str, Any]], status: int) -> None:
    for result in results:
        # The id of a unit test names its model before it.
        kind, _, *names = result["unique_id"].split(".")
        name = ".".join(names) if kind == "unit_test" else names[0]
        if kind in ("test", "unit_test"):
            review.tests += kind == "test"
            review.unit_tests += kind == "unit_test"
            if result["status"] in ("fail", "error", "runtime error"):
                review.failed_tests.append(f"{name}: {_message(result)}")
            elif result["status"] == "warn":
                review.warned_tests.append(f"{name}: {_message(result)}")
        elif result["status"] == "error":
            review.errors.append(f"{kind} {name} could not be built: {_message(result)}")
        review.node_seconds += float(result["execution_time"])
    review.node_seconds = round(review.node_seconds, 2)
    if status and not review.errors and not review.failed_tests:
        review.errors.append("dbt build failed")


def _relations(new: Manifest, unique_ids: set[str]) -> list[str]:
    nodes = (new["nodes"].get(unique_id, {"resource_type": None}) for unique_id in unique_ids)
    return sorted(node["name"] for node in nodes if node["resource_type"] in RELATIONS)


def _message(result: dict[str, Any]) -> str:
    return without_values(" ".join(str(result.get("message") or result["status"]).split()))[:400]


@contextlib.contextmanager
def _both(work: Work) -> Any:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        name = str(work.state.facts["name"])
        if work.database.exists():  # else only metrics are compared
            attach_read_only(connection, work.database, "ci")
        attach_read_only(connection, work.production.resolve(), name)
        yield connection


def _compare(
    work: Work, old: Manifest, new: Manifest, changes: Changes
) -> tuple[list[TableDiff], MetricDiffs]:
    tables: list[TableDiff] = []
    with _both(work) as connection:
        there = {
            tuple(row)
            for row in connection.execute(
                "select database_name, schema_name, table_name from duckdb_tables()"
                " union all select database_name, schema_name, view_name from duckdb_views()"
            ).fetchall()
        }
        former_of = predecessors(old, new)
        before = {
            unique_id: _place(node, there, None)
            for unique_id, node in old["nodes"].items()
            if node["resource_type"] in RELATIONS
        }
        after = {unique_id: before[former["unique_id"]] for unique_id, former in former_of.items()}
        for unique_id in changes.selected:
            node = new["nodes"].get(unique_id)
            if node is None or node["resource_type"] not in RELATIONS:
                continue
            former = former_of.get(unique_id)
            is_now = after[unique_id] = _place(node, there, "ci")
            if is_now:
                was = before[former["unique_id"]] if former else None
                tables.append(compare(connection, comparable(node, was, is_now, former)))
        metrics = compare_metrics(connection, old, new, _known(before), _known(after), set(changes.selected))
    return tables, metrics


def _known(places: dict[str, str | None]) -> dict[str, str]:
    return {unique_id: place for unique_id, place in places.items() if place}


def _place(node: dict[str, Any] | None, there: set[Any], database: str | None) -> str | None:
    if node is None:
        return None
    place = (database or node["database"], node["schema"], node["alias"])
    return ".".join(f'"{part}"' for part in place) if place in there else None


def _unread(work: Work, old: Manifest, new: Manifest, changes: Changes) -> list[str]:
    """Return which changed models production has not brought up to date: they differ for that reason too."""
    notes = []
    with _both(work) as connection:
        for unique_id in changes.selected:
            node = old["nodes"].get(unique_id)
            recompute = ((node or {}).get("config", {}).get("meta") or {}).get("recompute")
            if node is None or not recompute or unique_id not in new["nodes"]:
                continue
            behind = [name for name in recompute["after"] if _is_behind(connection, old, node, name)]
            if behind:
                notes.append(
                    f"production's {node['name']} has not read the newest changes of {', '.join(behind)}:"
                    " differences may come from that"
                )
    return notes


def _is_behind(
    connection: duckdb.DuckDBPyConnection, old: Manifest, node: dict[str, Any], input_name: str
) -> bool:
    parents = (old["nodes"].get(parent, {}) for parent in old["parent_map"][node["unique_id"]])
    found = next((parent for parent in parents if parent.get("name") == input_name), None)
    if found is None:
        return False
    schema = str(node["schema"]).removesuffix(str(node["config"]["schema"])) + "ops"
    ops = f'"{node["database"]}"."{schema}"'
    if found["config"].get("incremental_strategy") == "append":
        newest = f"select max(_run_id) from {found['relation_name']}"
    else:
        newest = f'select max(run_id) from {ops}."changes__{input_name}"'
    try:
        row = connection.execute(
            f"select ({newest}) > (select max(run_id) from {ops}.watermarks"
            " where model_name = ? and input_name = ?)",
            [node["name"], input_name],
        ).fetchone()
    except duckdb.CatalogException:
        return False
    return bool(row and row[0])
