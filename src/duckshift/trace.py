"""From a row back to the records that it follows from, and from a record forward to all that it became.

The way is that by which changes travel (`meta.recompute`, docs/incremental.md): what a change of an input
affects is also what a row follows from. So nothing is said twice, and a model that is replayed can be traced.
A row is worked out together with the rows of its key, so the trace of a sum is the trace of all that it sums.
Where only every row of another table could be named, or rows that share no more than a member of a
dimension, that is said and the trace goes no further.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from duckshift.contract import landing_contract
from duckshift.errors import UserError
from duckshift.landing_places import nearest
from duckshift.status import open_warehouse
from duckshift.trace_rules import Edge, Graph, Node

RECORD_COLUMNS = "_file, _file_version, _line, _status, _run_id"


@dataclass(frozen=True)
class Record:
    """A landing record."""

    file: str
    version: int  # of the file
    line: int | None
    status: str
    run_id: int


@dataclass
class Step:
    """A table on the way, with the rows of it that the trace passes."""

    node: str
    relation: str
    row_count: int
    samples: list[dict[str, Any]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)  # of bronze
    whole: list[str] = field(default_factory=list)  # tables with which only every row can be told
    shared: list[str] = field(default_factory=list)  # tables with rows that share no more than these members
    is_above: bool = False  # the same rows were followed before
    steps: list["Step"] = field(default_factory=list)


@dataclass(frozen=True)
class Trace:
    """What was found: the first step is the row that was asked for."""

    direction: str  # back or forward
    first: Step

    def as_json(self) -> dict[str, Any]:
        """Return the trace for programs."""
        return asdict(self)

    def lines(self, limit: int) -> Iterator[str]:
        """Yield the trace as a tree of text, with the first `limit` rows of the ends."""
        yield from _tree(self.first, "", limit)
        if not (self.first.steps or self.first.records or self.first.whole):
            yield "    no landing record: a seed says it, or it stands for what is unknown or not applicable"


def _tree(step: Step, indent: str, limit: int) -> Iterator[str]:
    rows = f"{step.row_count:,} row{'s' if step.row_count != 1 else ''}"
    yield f"{indent}{step.relation}  {rows}{', as above' if step.is_above else ''}"
    if step.is_above:
        return
    inner = indent + "    "
    for record in step.records[:limit]:
        line = "" if record.line is None else f":{record.line}"
        yield f"{inner}{record.file}{line}  version {record.version}, {record.status}, run {record.run_id}"
    if not step.steps and not step.records:
        for sample in step.samples[:limit]:
            yield inner + ", ".join(f"{name}={value}" for name, value in sample.items())
    ends = step.records or ([] if step.steps else step.samples)
    if step.row_count > limit and ends:
        yield f"{inner}... and {step.row_count - min(limit, len(ends)):,} more"
    for name in step.whole:
        yield f"{inner}every row of {name}"
    for name in step.shared:
        yield f"{inner}rows of {name} that share no more than this are not followed"
    for next_step in step.steps:
        yield from _tree(next_step, inner, limit)


def trace_back(database: Path, graph: Graph, table: str, key: str, limit: int) -> Trace:
    """Return what the row of `table` with this key follows from, down to landing records.

    `key` is the value of the table's key, or `column=value` with commas. Raises UserError for a table that is
    not known or has no way to records, a key that has no row, and a warehouse that cannot be read.
    """
    node = graph.node(table)
    if not node.rules and not node.is_bronze:
        raise UserError(_why_without_records(node))
    with open_warehouse(database) as connection:
        walk = _Walk(connection, limit)
        condition = _condition(connection, node, key)
        first = walk.take(node, f"select * from {node.relation} where {condition}")
        if not first.row_count:
            asked = key if "=" in key else f"{node.key[0]}={key}"
            keys = f"select {', '.join(node.key) or '*'} from {node.label}"
            raise UserError(f"{node.label} has no row with {asked}: see `{keys}`")
        walk.follow(first, node, graph.inputs)
    return Trace("back", first)


def trace_forward(database: Path, graph: Graph, file: str, line: int | None, limit: int) -> Trace:
    """Return all that the records of a landing file, or the one of a line, became.

    Raises UserError if no record of that file was loaded.
    """
    with open_warehouse(database) as connection:
        walk = _Walk(connection, limit)
        for node in graph.bronze():
            found = connection.execute(
                f"select count(*) from {node.relation} where _file = ? and _status != 'file'"
                " and (? is null or _line = ?)",
                [file, line, line],
            ).fetchone()
            if found and found[0]:
                place = "" if line is None else f" and _line = {int(line)}"
                records = f"_file = {_literal(file)} and _status != 'file'{place}"
                first = walk.take(node, f"select * from {node.relation} where {records}")
                refused = walk.quarantined(node)
                if refused is not None:
                    first.steps.append(refused)
                if walk.keep_loaded(node):
                    walk.follow(first, node, graph.outputs)
                return Trace("forward", first)
    what = file if line is None else f"{file}, line {line}"
    below = _below_landing_root(file)
    if below != file:
        raise UserError(f"name {file} as it is called below the landing root: {below}")
    raise UserError(
        f"no record of {what} is in bronze: `duckshift status` shows which files are held or wait"
    )


class _Walk:
    """Goes from table to table on one connection; rows that it passes are temporary tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, limit: int) -> None:
        self.connection = connection
        self.limit = limit
        self.kept: dict[str, int] = {}  # per table the hash of the rows that are kept now
        # Tables with the hash of their rows, and the kind of edge by which some ways were closed.
        self.followed: set[tuple[str, int, str]] = set()

    def take(self, node: Node, query: str, kind: str = "") -> Step:
        """Keep the rows of a query, which a kind of edge led to, as the rows that the trace passes."""
        self.connection.execute(f"create or replace temp table {_kept(node)} as {query}")
        row = self.connection.execute(
            f"select count(*), coalesce(bit_xor(hash(kept)), 0) from {_kept(node)} as kept"
        ).fetchone()
        count, content = row or (0, 0)
        step = Step(node.name, node.label, int(count))
        self.kept[node.name] = content
        if count and self.followed & {(node.name, content, ""), (node.name, content, kind)}:
            step.is_above = True
            return step
        if node.is_bronze:
            step.records = [
                Record(*row)
                for row in self.connection.execute(
                    f"select {RECORD_COLUMNS} from {_kept(node)} order by _file, _line limit {self.limit}"
                ).fetchall()
            ]
        else:
            columns = ", ".join(node.key)
            cursor = self.connection.execute(
                f"select {columns} from {_kept(node)} order by all limit {self.limit}"
            )
            names = [column[0] for column in cursor.description or []]
            step.samples = [
                {name: str(value) for name, value in zip(names, row, strict=True)}
                for row in cursor.fetchall()
            ]
        return step

    def quarantined(self, node: Node) -> Step | None:
        """Return where those of the kept records lie that were refused."""
        cursor = self.connection.execute(
            "select reject_key, reject_state, reason_kind, replayed_by_file"
            " from quarantine.quarantined_records as rejects where exists ("
            f"select 1 from {_kept(node)} as kept where kept._status = 'rejected'"
            " and kept._file = rejects.file and kept._line is not distinct from rejects.line_number)"
            " order by line_number, reject_key"
        )
        names = [column[0] for column in cursor.description or []]
        rejects = [
            {name: str(value) for name, value in zip(names, row, strict=True) if value is not None}
            for row in cursor.fetchall()
        ]
        label = "quarantine.quarantined_records"
        return Step("quarantined_records", label, len(rejects), rejects[: self.limit]) if rejects else None

    def keep_loaded(self, node: Node) -> bool:
        """Leave out records that were refused, which became nothing; return whether any others are kept."""
        self.connection.execute(f"delete from {_kept(node)} where _status != 'loaded'")
        row = self.connection.execute(f"select count(*) from {_kept(node)}").fetchone()
        return bool(row and row[0])

    def follow(
        self,
        step: Step,
        node: Node,
        edges_of: Callable[[str], Iterable[Edge]],
        arrival: Edge | None = None,
    ) -> None:
        """Add to a step, reached by an edge, the tables that its rows lead to."""
        for edge in edges_of(node.name):
            query = edge.query(_kept(node))
            if query is None:
                step.whole.append(edge.target.label)
            elif edge.only_shares(arrival):
                if self.connection.execute(f"{query} limit 1").fetchall():
                    step.shared.append(edge.target.label)
            else:
                next_step = self.take(edge.target, query, edge.kind)
                if next_step.row_count:
                    step.steps.append(next_step)
                if next_step.row_count and not next_step.is_above:
                    self.follow(next_step, edge.target, edges_of, edge)
        closed_for = arrival.kind if arrival and step.shared else ""
        self.followed.add((node.name, self.kept[node.name], closed_for))


def _kept(node: Node) -> str:
    return f'temp."trace of {node.name}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _below_landing_root(file: str) -> str:
    """Return a path from where an entity's folder begins; as it is if it goes through none."""
    entities = {entity.path for entity in landing_contract().values()}
    parts = file.split("/")
    begins = (at for at in range(len(parts) - 2) if "/".join(parts[at : at + 2]) in entities)
    return "/".join(parts[next(begins, 0) :])


def _why_without_records(node: Node) -> str:
    """Return why the rows of a table lead to no records."""
    if not node.parents:
        return f"{node.name} is not made from landing records: it follows from seeds and vars alone"
    return (
        f"{node.name} has no key that a trace could follow: it counts up {', '.join(node.parents)}, and its"
        " files can be traced with --record"
    )


def _condition(connection: duckdb.DuckDBPyConnection, node: Node, key: str) -> str:
    """Return the condition for one row of a table; values are compared as text."""
    columns = [str(row[0]) for row in connection.execute(f"describe {node.relation}").fetchall()]
    if "=" not in key:
        if len(node.key) != 1:
            example = ",".join(f"{name}=..." for name in node.key)
            raise UserError(f"the key of {node.name} has {len(node.key)} columns: write {example}")
        return f"cast({node.key[0]} as varchar) = {_literal(key)}"
    conditions = []
    for part in key.split(","):
        name, is_pair, value = part.partition("=")
        if not is_pair or not name.strip():
            raise UserError(f"'{part}' is no column=value: write column=value,column=value")
        if name.strip() not in columns:
            near = nearest(name.strip(), columns, 0.6)
            hint = f"did you mean {near}?" if near else f"see `describe {node.label}`"
            raise UserError(f"{node.name} has no column {name.strip()}: {hint}")
        conditions.append(f"cast({name.strip()} as varchar) = {_literal(value.strip())}")
    return " and ".join(conditions)
