"""Replays the last batches through changed incremental models and snapshots.

A clone of production's table would hold what the old code made of everything and see no new input. So it is
the inputs that go back: views in CI's own file show production's tables as they were some runs ago, as far as
change logs tell. The models are built on them, as tables; then the views go, the watermarks are set back and
the logs since then are given, and the same models run incrementally. What comes out must equal a build from
nothing over all of the input.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from duckshift.ci.changes import Changes, ancestors
from duckshift.ci.commands import Work, selector
from duckshift.ci.comparing import Comparable, TableDiff, comparable, compare, without_values
from duckshift.ci.state import Manifest

Progress = Callable[[str], None]
OPS = "ops"


@dataclass
class Replay:
    """What a replay found."""

    models: list[str] = field(default_factory=list)
    """Changed incremental models and snapshots that were replayed."""
    batches: int = 0
    keys: dict[str, int] = field(default_factory=dict)
    """How many keys the batches named, by model."""
    differences: list[TableDiff] = field(default_factory=list)
    """Tables that differ from their build from nothing."""
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Window:
    """The runs to replay: those of production behind `after`."""

    after: int
    runs: int


def replayed_models(old: Manifest, new: Manifest, changes: Changes) -> list[str]:
    """Return the incremental models and snapshots whose way of keeping up may have changed (unique ids).

    Those that changed themselves, or read a view that did, since its SQL is a part of theirs; and the direct
    readers of one whose log has other columns.
    """
    nodes = new["nodes"]
    found = {unique_id for unique_id in changes.reasons if _keeps_up(nodes.get(unique_id))}
    pending = [unique_id for unique_id in changes.reasons if _is_view(nodes.get(unique_id))]
    seen = set(pending)
    for unique_id in [*found]:
        if _logged(nodes[unique_id]) != _logged(old["nodes"].get(unique_id)):
            found |= {child for child in new["child_map"][unique_id] if _keeps_up(nodes.get(child))}
    while pending:
        for child in new["child_map"].get(pending.pop(), []):
            if _keeps_up(nodes.get(child)):
                found.add(child)
            elif _is_view(nodes.get(child)) and child not in seen:
                seen.add(child)
                pending.append(child)
    return sorted(found)


def _keeps_up(node: dict[str, Any] | None) -> bool:
    if node is None or node["resource_type"] not in ("model", "snapshot"):
        return False
    return bool((node["config"].get("meta") or {}).get("recompute"))


def _is_view(node: dict[str, Any] | None) -> bool:
    return node is not None and node["resource_type"] == "model" and node["config"]["materialized"] == "view"


def _is_bronze(node: dict[str, Any]) -> bool:
    return bool(node["config"].get("incremental_strategy") == "append")


def _logged(node: dict[str, Any] | None) -> Any:
    """Return what decides on the columns of a change log; None for a model that is new."""
    if node is None:
        return None
    recompute = (node["config"].get("meta") or {}).get("recompute") or {}
    return [node["config"].get("unique_key"), recompute.get("by"), recompute.get("log")]


def replay(
    work: Work, old: Manifest, new: Manifest, changes: Changes, *, batches: int, progress: Progress
) -> Replay:
    """Replay the last batches of production; the build from nothing, `work.database`, is put aside."""
    found = Replay()
    models = replayed_models(old, new, changes)
    if not models:
        return found
    built = {unique_id for unique_id in changes.selected if unique_id in new["nodes"]}
    between = (ancestors(new, models) & built) | set(models)
    between = {unique_id for unique_id in between if new["nodes"][unique_id]["resource_type"] != "test"}
    between |= _views_read(new, between)
    names = [selector(new["nodes"][unique_id]) for unique_id in between]
    with _open(work) as connection:
        window = find_window(connection, old, batches)
        if window is None:
            found.notes.append(
                "production has had no incremental run yet: nothing to replay, incremental logic is untested"
            )
            return found
        found.batches = window.runs
        # All of it is to be in the file, not in a log beside it.
        connection.execute("checkpoint")
    work.put_built_aside()
    inputs = _inputs(new, between)
    with _open(work) as connection:
        back = _set_back(connection, old, new, inputs, window)
    progress(f"replay: {len(names)} nodes as of {window.runs} runs ago")
    _, results = work.build(names, "--exclude-resource-type", "test", "unit_test")
    if _note_failures(found, results, "as of some runs ago"):
        return found
    with _open(work) as connection:
        first_run = _last_run(connection)
        _go_on(connection, old, new, inputs, back, window)
    progress(f"replay: {window.runs} runs through {len(names)} nodes")
    _, results = work.build(names, "--exclude-resource-type", "test", "unit_test")
    if _note_failures(found, results, "incrementally"):
        return found
    found.models = [new["nodes"][unique_id]["name"] for unique_id in models]
    with _open(work) as connection:
        found.keys = _keys(connection, first_run, [new["nodes"][unique_id] for unique_id in models])
        connection.execute(f"attach '{_quoted(work.built)}' as built (read_only)")
        for unique_id in sorted(between):
            if _keeps_up(new["nodes"][unique_id]):
                diff = compare(connection, _sides(new["nodes"][unique_id]))
                found.differences += [] if diff.is_equal else [diff]
    quiet = [name for name in found.models if not found.keys.get(name)]
    if quiet:
        found.notes.append(f"no change in these batches concerned {', '.join(quiet)}")
    return found


def find_window(connection: duckdb.DuckDBPyConnection, old: Manifest, batches: int) -> Window | None:
    """Return the last runs of production that changed rows of models, at most `batches`."""
    model = next(node for node in old["nodes"].values() if _keeps_up(node))
    builds = f'"{model["database"]}"."{_control_schema(model)}".model_builds'
    runs = connection.execute(
        f"select distinct run_id from {builds} where build_kind = 'incremental'"
        " and inserted_row_count + updated_row_count + deleted_row_count > 0"
        " order by run_id desc limit ?",
        [batches],
    ).fetchall()
    return Window(int(runs[-1][0]) - 1, len(runs)) if runs else None


def _open(work: Work) -> duckdb.DuckDBPyConnection:
    """Open CI's file with production's beside it, under the name that views and manifest know."""
    connection = duckdb.connect(str(work.database))
    connection.execute("set TimeZone = 'UTC'")
    name = work.state.facts["name"]
    connection.execute(f"attach '{_quoted(work.production.resolve())}' as \"{name}\" (read_only)")
    return connection


def _views_read(new: Manifest, nodes: Iterable[str]) -> set[str]:
    """Return the views that nodes read, also through views: they show what the inputs show."""
    found: set[str] = set()
    pending = list(nodes)
    while pending:
        for parent in new["parent_map"].get(pending.pop(), []):
            if _is_view(new["nodes"].get(parent)) and parent not in found:
                found.add(parent)
                pending.append(parent)
    return found


def _inputs(new: Manifest, inside: set[str]) -> list[str]:
    """Return what the replayed nodes read and what has news: bronze, and tables with a change log."""
    read = {parent for unique_id in inside for parent in new["parent_map"].get(unique_id, [])}
    return sorted(
        unique_id
        for unique_id in read - inside
        if unique_id in new["nodes"]
        and (_is_bronze(new["nodes"][unique_id]) or _keeps_up(new["nodes"][unique_id]))
    )


def _set_back(
    connection: duckdb.DuckDBPyConnection, old: Manifest, new: Manifest, inputs: list[str], window: Window
) -> list[str]:
    """Let CI's own places of inputs show them as they were; return those that could be set back."""
    back = []
    for unique_id in inputs:
        node, former = new["nodes"][unique_id], old["nodes"][unique_id]
        relation = former["relation_name"]
        if _is_bronze(node):
            query: str | None = f"select * from {relation} where _run_id <= {window.after}"
        else:
            key = node["config"].get("unique_key")
            query = _as_of(connection, former, [key] if isinstance(key, str) else key, window)
        if query:
            connection.execute(f'create schema if not exists "{node["schema"]}"')
            connection.execute(f'create view "{node["schema"]}"."{node["alias"]}" as {query}')
            back.append(unique_id)
    return back


def _log_of(connection: duckdb.DuckDBPyConnection, former: dict[str, Any]) -> str | None:
    """Return the change log of a node in production."""
    database = former["database"]
    schema = _control_schema(former)
    found = connection.execute(
        "select 1 from duckdb_tables() where database_name = ? and schema_name = ? and table_name = ?",
        [database, schema, f"changes__{former['name']}"],
    ).fetchone()
    return f'"{database}"."{schema}"."changes__{former["name"]}"' if found else None


def _control_schema(node: dict[str, Any]) -> str:
    """Return the schema of control tables beside a node: what its own begins with, and `ops`."""
    return str(node["schema"]).removesuffix(str(node["config"]["schema"])) + OPS


def _as_of(
    connection: duckdb.DuckDBPyConnection, former: dict[str, Any], key: list[str] | None, window: Window
) -> str | None:
    """Return the query of a logged table as it was; None if its log does not tell (it was built anew since).

    Rows inserted since are left out, updated ones have their old logged values, and deleted ones are there
    again: with the logged values that they had, and in other columns what another row has.
    """
    log = _log_of(connection, former)
    if log is None or not key:
        return None
    told = connection.execute(
        f"select count(*), count(*) filter (op = 'reset') from {log} where run_id > {window.after}"
    ).fetchone()
    if not told or told[1]:
        return None
    relation = former["relation_name"]
    columns = [str(row[0]) for row in connection.execute(f"describe {log}").fetchall()]
    logged = [name.removeprefix("old_") for name in columns if name.startswith("old_")]
    if not told[0] or not set(key) <= set(logged):
        return None
    of_row = ", ".join(f"coalesce(new_{name}, old_{name})" for name in key)
    same = " and ".join(
        f"coalesce(first_change.new_{name}, first_change.old_{name}) = row_now.{name}" for name in key
    )
    former_values = ", ".join(f"first_change.old_{name} as {name}" for name in logged)
    return f"""
        with first_changes as (
            select *
            from {log}
            where run_id > {window.after}
            qualify row_number() over (partition by {of_row} order by run_id) = 1
        )

        select row_now.*
        from {relation} as row_now
        where not exists (select 1 from first_changes as first_change where {same})

        union all

        select row_now.* replace ({former_values})
        from {relation} as row_now
        inner join first_changes as first_change on {same}
        where first_change.op != 'insert'

        union all

        select row_now.* replace ({former_values})
        from first_changes as first_change
        cross join (select * from {relation} limit 1) as row_now
        where
            first_change.op != 'insert'
            and not exists (
                select 1 from {relation} as row_now where {same}
            )
    """


def _go_on(
    connection: duckdb.DuckDBPyConnection,
    old: Manifest,
    new: Manifest,
    inputs: list[str],
    back: list[str],
    window: Window,
) -> None:
    """Let inputs be production's again, with what their logs say since then, read up to then."""
    for unique_id in back:
        node = new["nodes"][unique_id]
        connection.execute(f'drop view "{node["schema"]}"."{node["alias"]}"')
    for unique_id in inputs:
        node = new["nodes"][unique_id]
        ops = _control_schema(node)
        log = None if _is_bronze(node) else _log_of(connection, old["nodes"][unique_id])
        if log:
            behind = f"run_id > {window.after}" if unique_id in back else "false"
            connection.execute(
                f'create or replace table "{ops}"."changes__{node["name"]}" as'
                f" select * from {log} where {behind}"
            )
    names = ", ".join(f"'{new['nodes'][unique_id]['name']}'" for unique_id in inputs)
    if names:
        schema = _control_schema(new["nodes"][inputs[0]])
        connection.execute(
            f'update "{schema}".watermarks set run_id = {window.after} where input_name in ({names})'
        )


def _note_failures(found: Replay, results: list[dict[str, Any]], how: str) -> bool:
    for result in results:
        if result["status"] not in ("success", "no-op"):
            message = without_values(" ".join(str(result.get("message") or result["status"]).split()))
            found.errors.append(
                f"{result['unique_id'].split('.')[2]} could not be built {how}: {message[:300]}"
            )
    return bool(found.errors)


def _last_run(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select max(run_id) from ci_ops.runs").fetchone()
    return int(row[0]) if row else 0


def _keys(
    connection: duckdb.DuckDBPyConnection, first_run: int, nodes: list[dict[str, Any]]
) -> dict[str, int]:
    """Return how many keys were worked out anew in the run after a run; 1 for a snapshot that went on."""
    rows = connection.execute(
        "select model_name, sum(coalesce(affected_key_count, 0)) from ci_ops.model_builds"
        " where run_id > ? group by model_name",
        [first_run],
    ).fetchall()
    counted = {str(name): int(count) for name, count in rows}
    for node in nodes:
        if node["resource_type"] == "snapshot":
            reset = connection.execute(
                f'select count(*) from ci_ops."changes__{node["name"]}" where run_id > ?', [first_run]
            ).fetchone()
            counted[node["name"]] = int(reset[0]) if reset else 0
    return {node["name"]: counted[node["name"]] for node in nodes if counted.get(node["name"])}


def _sides(node: dict[str, Any]) -> Comparable:
    place = f'"{node["schema"]}"."{node["alias"]}"'
    return comparable(node, f"built.{place}", f"ci.{place}")


def _quoted(path: Any) -> str:
    return str(path).replace("'", "''")
