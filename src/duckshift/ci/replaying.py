"""Replays the last batches through changed incremental models and snapshots.

A clone of production's table would hold what the old code made of everything and see no new input. So it is
the inputs that go back: views in CI's own file show production's tables as they were some runs ago, as far as
change logs tell. The models are built on them, as tables; then the views go, the watermarks are set back and
the logs since then are given, and the same models run incrementally. What comes out must equal a build from
nothing over all of the input.

Snapshots come first, in a run of their own: they log nothing but that all is to be looked at, and that would
make good what the rules of other inputs miss.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from duckshift.ci.changes import Changes, ancestors, is_view, predecessors, readers_in_code
from duckshift.ci.commands import Work, selector
from duckshift.ci.comparing import Comparable, TableDiff, comparable, compare
from duckshift.ci.state import Manifest
from duckshift.comparison import attach_read_only
from duckshift.errors import without_values
from duckshift.workshop import MODELS_ONLY

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
    untested: list[str] = field(default_factory=list)
    """What the replay could not show."""


@dataclass(frozen=True)
class Input:
    """A table that replayed models read, with its news: bronze, a table with a change log, or a snapshot."""

    node: dict[str, Any]
    former: dict[str, Any]
    """Its node in production."""
    log: str | None
    """Its change log in production."""
    whole: int
    """The run that built it from nothing last: it cannot be shown as it was before."""
    news: list[int]
    """The runs since then that changed it, the newest first."""

    @property
    def is_snapshot(self) -> bool:
        """Whether it is a snapshot, whose log names no rows."""
        return bool(self.node["resource_type"] == "snapshot")


@dataclass(frozen=True)
class Window:
    """The runs to replay: those of production behind `after`."""

    after: int
    runs: int

    def since(self, one: Input) -> int:
        """Return the run as of which an input is shown."""
        return max(self.after, one.whole)


def replayed_models(old: Manifest, new: Manifest, changes: Changes) -> list[str]:
    """Return the incremental models and snapshots whose way of keeping up may have changed (unique ids).

    Those that changed themselves, or read a view that did, since its SQL is a part of theirs; and the direct
    readers of one whose log has other columns, or that has lost it.
    """
    nodes = new["nodes"]
    views = {unique_id for unique_id in changes.reasons if is_view(nodes.get(unique_id))}
    changed = {*changes.reasons, *readers_in_code(new, views)}
    found = {unique_id for unique_id in changed if _keeps_up(nodes.get(unique_id))}
    for unique_id in changes.reasons:
        if _logged(nodes.get(unique_id)) != _logged(old["nodes"].get(unique_id)):
            children = set(new["child_map"].get(unique_id, []))
            children |= readers_in_code(new, children)
            found |= {child for child in children if _keeps_up(nodes.get(child))}
    return sorted(found)


def _keeps_up(node: dict[str, Any] | None) -> bool:
    """Whether a node reads news of its inputs and logs its own."""
    if node is None or not (node["config"].get("meta") or {}).get("recompute"):
        return False
    # The strategy is that of the folder, also of what is a plain table.
    how = [node["config"]["materialized"], node["config"].get("incremental_strategy")]
    return how[0] == "snapshot" or how == ["incremental", "recompute"]


def _is_bronze(node: dict[str, Any]) -> bool:
    return bool(node["config"].get("incremental_strategy") == "append")


def _logged(node: dict[str, Any] | None) -> Any:
    """Return what decides on the columns of a change log; None where there is none."""
    if node is None or not _keeps_up(node):
        return None
    recompute = node["config"]["meta"]["recompute"]
    return [node["config"].get("unique_key"), recompute.get("by"), recompute.get("log")]


def replay(
    work: Work,
    old: Manifest,
    new: Manifest,
    changes: Changes,
    skipped: set[str],
    *,
    batches: int,
    progress: Progress,
) -> Replay:
    """Replay the last batches of production; the build from nothing, `work.database`, is put aside.

    What was `skipped` in that build has nothing to be compared with; nothing that was built reads it.
    """
    found = Replay()
    models = [unique_id for unique_id in replayed_models(old, new, changes) if unique_id not in skipped]
    if not models:
        return found
    built = {unique_id for unique_id in changes.selected if unique_id in new["nodes"]}
    between = (ancestors(new, models) & built) | set(models)
    between = {unique_id for unique_id in between if new["nodes"][unique_id]["resource_type"] != "test"}
    between |= _views_read(new, between)
    names = [selector(new["nodes"][unique_id]) for unique_id in between]
    with _open(work) as connection:
        inputs = [_input(connection, old, new, unique_id) for unique_id in _inputs(new, between)]
        window = find_window(inputs, batches)
        if window is None:
            names_of = ", ".join(new["nodes"][unique_id]["name"] for unique_id in models)
            found.untested.append(
                f"incremental logic of {names_of}: production has had no incremental run with news of what"
                " they read, so there is nothing to replay"
            )
            return found
        found.batches = window.runs
        # All of it is to be in the file, not in a log beside it.
        connection.execute("checkpoint")
    work.put_built_aside()
    back = [one for one in inputs if one.news]
    still = sorted(one.node["name"] for one in inputs if not one.news)
    if still:
        found.untested.append(
            f"what follows from changes of {', '.join(still)}: they have none since they were built"
        )
    with _open(work) as connection:
        _set_back(connection, back, window)
    progress(f"replay: {len(names)} nodes as of {window.runs} runs ago")
    _, results = work.build(names, *MODELS_ONLY)
    if _note_failures(found, results, "as of some runs ago"):
        return found
    with _open(work) as connection:
        first_run = _last_run(connection)
        _give_logs(connection, old, [new["nodes"][unique_id] for unique_id in between], inputs)
    for is_snapshot in (True, False):
        coming = [one for one in back if one.is_snapshot == is_snapshot]
        if not coming:
            continue
        with _open(work) as connection:
            _go_on(connection, coming, window)
        progress(f"replay: {window.runs} runs through {len(names)} nodes")
        _, results = work.build(names, *MODELS_ONLY)
        if _note_failures(found, results, "incrementally"):
            return found
    found.models = [new["nodes"][unique_id]["name"] for unique_id in models]
    with _open(work) as connection:
        found.keys = _keys(connection, first_run, [new["nodes"][unique_id] for unique_id in models])
        attach_read_only(connection, work.built, "built")
        former_of = predecessors(old, new)
        for unique_id in sorted(between):
            if _keeps_up(new["nodes"][unique_id]):
                diff = compare(connection, _sides(new["nodes"][unique_id], former_of.get(unique_id)))
                found.differences += [] if diff.is_equal else [diff]
    quiet = [name for name in found.models if not found.keys.get(name)]
    if quiet:
        found.untested.append(
            f"incremental logic of {', '.join(quiet)}: no change in the replayed runs concerned it"
        )
    return found


def find_window(inputs: list[Input], batches: int) -> Window | None:
    """Return the newest runs in which an input had news, at most `batches`.

    They are more where an input had none in these: what comes once a week is to be in it too.
    """
    runs = sorted({run for one in inputs for run in one.news}, reverse=True)
    if not runs:
        return None
    oldest = min([runs[:batches][-1], *(one.news[0] for one in inputs if one.news)])
    return Window(oldest - 1, sum(run >= oldest for run in runs))


def _open(work: Work) -> duckdb.DuckDBPyConnection:
    """Open CI's file with production's beside it, under the name that views and manifest know."""
    connection = duckdb.connect(str(work.database))
    connection.execute("set TimeZone = 'UTC'")
    attach_read_only(connection, work.production.resolve(), str(work.state.facts["name"]))
    return connection


def _views_read(new: Manifest, nodes: Iterable[str]) -> set[str]:
    """Return the views that nodes read, also through views: they show what the inputs show."""
    found: set[str] = set()
    pending = list(nodes)
    while pending:
        for parent in new["parent_map"].get(pending.pop(), []):
            if is_view(new["nodes"].get(parent)) and parent not in found:
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


def _input(connection: duckdb.DuckDBPyConnection, old: Manifest, new: Manifest, unique_id: str) -> Input:
    """Look up when an input had news."""
    node, former = new["nodes"][unique_id], old["nodes"][unique_id]
    log = None if _is_bronze(node) else _log_of(connection, former)
    if _is_bronze(node):
        runs = f"select distinct _run_id, false from {former['relation_name']}"
    elif log is None:
        return Input(node, former, None, 0, [])
    else:
        runs = f"select run_id, bool_or(op = 'reset') from {log} group by run_id"
    found = connection.execute(f"select * from ({runs}) order by 1 desc").fetchall()
    if _is_bronze(node) or node["resource_type"] == "snapshot":
        # The first run brought all that was there. Every later one changed a snapshot, whatever it logs.
        whole = int(found[-1][0]) if found else 0
    else:
        whole = max((int(run) for run, is_reset in found if is_reset), default=0)
    return Input(node, former, log, whole, [int(run) for run, _ in found if run > whole])


def _set_back(connection: duckdb.DuckDBPyConnection, back: list[Input], window: Window) -> None:
    """Let CI's own places of inputs show them as they were."""
    for one in back:
        since = window.since(one)
        if _is_bronze(one.node):
            query = f"select * from {one.former['relation_name']} where _run_id <= {since}"
        elif one.is_snapshot:
            query = _snapshot_as_of(one.former, sum(run > since for run in one.news))
        else:
            query = _as_of(connection, one, since)
        connection.execute(f'create schema if not exists "{one.node["schema"]}"')
        connection.execute(f"create view {_own_place(one.node)} as {query}")


def _own_place(node: dict[str, Any]) -> str:
    return f'"{node["schema"]}"."{node["alias"]}"'


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


def _snapshot_as_of(former: dict[str, Any], runs: int) -> str:
    """Return the query of a snapshot as it was before its last moments, as many as there were runs.

    Which moments a run has applied is not written down; a state of the past it is in any case.
    """
    relation = former["relation_name"]
    since = (
        "(select min(moment) from (select distinct dbt_valid_from as moment"
        f" from {relation} order by moment desc limit {runs}) as moments)"
    )
    is_open = former["config"].get("dbt_valid_to_current") or "null"
    ended = f"case when dbt_valid_to >= {since} then {is_open} else dbt_valid_to end"
    return f"select * replace ({ended} as dbt_valid_to) from {relation} where dbt_valid_from < {since}"


def _as_of(connection: duckdb.DuckDBPyConnection, one: Input, since: int) -> str:
    """Return the query of a logged table as it was.

    Rows inserted since are left out, updated ones have their old logged values, and deleted ones are there
    again: with the logged values that they had, and in other columns what another row has.
    """
    named = one.former["config"]["unique_key"]
    key = [named] if isinstance(named, str) else named
    relation, log = one.former["relation_name"], one.log
    columns = [str(row[0]) for row in connection.execute(f"describe {log}").fetchall()]
    logged = [name.removeprefix("old_") for name in columns if name.startswith("old_")]
    of_row = ", ".join(f"coalesce(new_{name}, old_{name})" for name in key)
    same = " and ".join(
        f"coalesce(first_change.new_{name}, first_change.old_{name}) = row_now.{name}" for name in key
    )
    former_values = ", ".join(f"first_change.old_{name} as {name}" for name in logged)
    is_history = "valid_from" in key and "valid_to" not in logged
    open_again = _open_again(connection, relation, key) if is_history else ""
    return f"""
        with first_changes as (
            select *
            from {log}
            where run_id > {since}
            qualify row_number() over (partition by {of_row} order by run_id) = 1
        )

        select row_now.*
        from {relation} as row_now
        where not exists (select 1 from first_changes as first_change where {same})

        union all

        select row_now.* replace ({former_values}{open_again})
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


def _open_again(connection: duckdb.DuckDBPyConnection, relation: str, key: list[str]) -> str:
    """Return the columns of a version that say until when it holds, as before its successor came.

    They are logged nowhere: a version whose successor was inserted since ended where the next one of then
    began, and was the current one if there was none. Without that nobody would be current.
    """
    described = connection.execute(f"describe {relation}").fetchall()
    columns = {str(row[0]): str(row[1]) for row in described}
    if "valid_to" not in columns:
        return ""
    of_one = [name for name in key if name != "valid_from"]
    successor = " and ".join(f"successor.new_{name} = row_now.{name}" for name in of_one)
    later = " and ".join(f"later.{name} = row_now.{name}" for name in of_one)
    inserted = " and ".join(f"inserted.new_{name} = later.{name}" for name in key)
    has_new = f"""exists (
            select 1
            from first_changes as successor
            where successor.op = 'insert' and successor.new_valid_from = row_now.valid_to and {successor}
        )"""
    next_then = f"""(
            select min(later.valid_from)
            from {relation} as later
            where
                {later}
                and later.valid_from > row_now.valid_from
                and not exists (
                    select 1 from first_changes as inserted where inserted.op = 'insert' and {inserted}
                )
        )"""
    endless = f"cast('9999-12-31' as {columns['valid_to']})"
    open_again = (
        f", case when {has_new} then coalesce({next_then}, {endless}) else row_now.valid_to end as valid_to"
    )
    if "is_current" in columns:
        open_again += f", row_now.is_current or ({has_new} and {next_then} is null) as is_current"
    return open_again


def _give_logs(
    connection: duckdb.DuckDBPyConnection, old: Manifest, inside: list[dict[str, Any]], inputs: list[Input]
) -> None:
    """Let the change logs be there: of inputs without a row yet, of what logs no more as production has it.

    To readers the latter says for ever that nothing changed; without any log they would look at everything.
    """
    for one in inputs:
        if one.log:
            connection.execute(f"create or replace table {_own_log(one.node)} as from {one.log} where false")
    for node in inside:
        former = old["nodes"].get(node["unique_id"])
        if former is not None and _keeps_up(former) and not _keeps_up(node):
            log = _log_of(connection, former)
            if log:
                connection.execute(f"create or replace table {_own_log(node)} as from {log}")


def _own_log(node: dict[str, Any]) -> str:
    return f'"{_control_schema(node)}"."changes__{node["name"]}"'


def _go_on(connection: duckdb.DuckDBPyConnection, coming: list[Input], window: Window) -> None:
    """Let inputs be production's again, with what their logs say since then, read up to then."""
    for one in coming:
        since = window.since(one)
        connection.execute(f"drop view {_own_place(one.node)}")
        if one.log:
            connection.execute(f"insert into {_own_log(one.node)} from {one.log} where run_id > {since}")
        connection.execute(
            f'update "{_control_schema(one.node)}".watermarks set run_id = {since} where input_name = ?',
            [one.node["name"]],
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


def _sides(node: dict[str, Any], former: dict[str, Any] | None) -> Comparable:
    place = f'"{node["schema"]}"."{node["alias"]}"'
    return comparable(node, f"built.{place}", f"ci.{place}", former)
