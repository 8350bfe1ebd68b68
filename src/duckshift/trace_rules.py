"""The ways between tables, out of the manifest: per input the rule of `meta.recompute`, read both ways.

A rule says which keys of a table a change of its input affects; a way asks for the rows on its other end.
What a rule says of whole tables (`all`) or whole files is told by keys that both have, or by `meta.trace`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from duckshift.ci.state import read_json
from duckshift.errors import UserError
from duckshift.landing_places import nearest

Rule = dict[str, Any]


@dataclass(frozen=True)
class Node:
    """A table of the warehouse."""

    name: str
    schema: str
    key: tuple[str, ...]
    by: str | None  # the column that its rows are worked out by; all, or none for bronze
    rules: tuple[tuple[str, Rule], ...]  # by input
    columns: frozenset[str]
    parents: tuple[str, ...]  # tables that it reads, also those that no rule names
    narrowed: dict[str, list[dict[str, str]]]  # meta.trace by input, each of several ways

    @property
    def is_bronze(self) -> bool:
        """Whether its rows are landing records."""
        return self.name.startswith("bronze_")

    @property
    def label(self) -> str:
        """Its name for people."""
        return f"{self.schema}.{self.name}"

    @property
    def relation(self) -> str:
        """Its name in SQL."""
        return f'"{self.schema}"."{self.name}"'


@dataclass(frozen=True)
class Way:
    """What rows of two tables must have in common."""

    condition: str  # over `here` (rows at this end) and `there`
    bridge: Node | None = None  # a table in between, `bridge` in the condition


@dataclass(frozen=True)
class Edge:
    """A way from a table to one of its inputs, or from an input to a table that reads it."""

    target: Node
    ways: tuple[Way, ...]  # a row counts that any of them reaches; none: every row
    kind: str = ""  # mentions, through: the rules that it was made from, if all are such

    def only_shares(self, arrival: "Edge | None") -> bool:
        """Whether the rows at its end share no more than a member with those that led to the member.

        An order makes the place that it mentions be there, but not the sums of other orders there, which go
        `through` the place; what a row has of its own mentions it reaches by ways without the member. So who
        came to a member by the one kind does not leave it by the other.
        """
        return arrival is not None and {arrival.kind, self.kind} == {"mentions", "through"}

    def query(self, kept: str) -> str | None:
        """Return the query for the rows at the other end of those in the table `kept`."""
        if not self.ways:
            return None
        reached = []
        for way in self.ways:
            tables = f"{kept} as here" + (f", {way.bridge.relation} as bridge" if way.bridge else "")
            reached.append(f"exists (select 1 from {tables} where {way.condition})")
        only_records = " and there._status != 'file'" if self.target.is_bronze else ""
        return (
            f"select there.* from {self.target.relation} as there"
            f" where ({' or '.join(reached)}){only_records}"
        )


class Graph:
    """All tables with their ways."""

    def __init__(self, nodes: dict[str, Node]) -> None:
        self.nodes = nodes

    def node(self, name: str) -> Node:
        """Return a table by its name, with or without schema. Raises UserError if there is none."""
        plain = name.rsplit(".", maxsplit=1)[-1]
        if plain not in self.nodes:
            near = nearest(plain, list(self.nodes), 0.6)
            hint = f": did you mean {near}?" if near else "; `duckshift status` lists the tables"
            raise UserError(f"no table {name} that can be traced{hint}")
        return self.nodes[plain]

    def bronze(self) -> list[Node]:
        """Return the tables of landing records."""
        return [node for node in self.nodes.values() if node.is_bronze]

    def inputs(self, name: str) -> Iterator[Edge]:
        """Yield the ways to what a table is worked out from, one per input."""
        node = self.nodes[name]
        for source_name in dict.fromkeys(source for source, _ in node.rules):
            source = self.nodes.get(source_name)
            if source is not None:
                rules = [rule for other, rule in node.rules if other == source_name]
                yield self._edge(node, source, rules, is_back=True)

    def outputs(self, name: str) -> Iterator[Edge]:
        """Yield the ways to what is worked out from a table."""
        for reader in self._readers.get(name, []):
            rules = [rule for other, rule in reader.rules if other == name]
            yield self._edge(reader, self.nodes[name], rules, is_back=False)

    @cached_property
    def _readers(self) -> dict[str, list[Node]]:
        readers: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            for source in dict.fromkeys(source for source, _ in node.rules):
                readers.setdefault(source, []).append(node)
        return readers

    def _edge(self, reader: Node, source: Node, rules: list[Rule], *, is_back: bool) -> Edge:
        """Return the way between a table and its input, by all rules that tell single rows."""
        own, other = ("here", "there") if is_back else ("there", "here")
        if source.name in reader.narrowed:
            ways = _narrowed(reader.narrowed[source.name], own, other)
        else:
            ways = [way for rule in rules for way in self._ways(reader, source, rule, own, other)]
            shared = [] if ways else _shared_key(reader, source)
            ways = ways or _narrowed([{name: name for name in shared}] if shared else [], own, other)
        kinds = [kind for kind in ("mentions", "through") if all(kind in rule for rule in rules)]
        return Edge(source if is_back else reader, tuple(ways), "".join(kinds))

    def _ways(self, reader: Node, source: Node, rule: Rule, own: str, other: str) -> Iterator[Way]:
        """Yield the way that a rule tells, if it tells single rows."""
        if "key" in rule and reader.by not in (None, "all"):
            key = _qualified(rule["key"], other, is_expression=source.is_bronze)
            yield Way(f"{own}.{reader.by} = {key}")
        elif "mentions" in rule:
            # What is known from elsewhere does not follow from being mentioned.
            only = f" and {own}.{rule['lost']}" if "lost" in rule else ""
            yield Way(_matching(rule["mentions"], own, other) + only)
        elif "through" in rule:
            is_this = rule["through"] == "this"
            place = own if is_this else "bridge"
            condition = _matching(rule["match"], place, other)
            if "at" in rule:
                first, last = rule.get("interval", ["valid_from", "valid_to"])
                moment = _qualified(rule["at"], place, is_expression=True)
                condition += f" and {moment} >= {other}.{first} and {moment} < {other}.{last}"
            if is_this:
                yield Way(condition)
            else:
                given = rule.get("gives", reader.by)
                yield Way(f"{condition} and bridge.{given} = {own}.{reader.by}", self.nodes[rule["through"]])


def _shared_key(reader: Node, source: Node) -> list[str]:
    """Return what tells the rows of an input that is read whole: columns of a key that both tables have."""
    if source.is_bronze:
        return []  # its values are text as it came
    shared = reader.columns & source.columns
    for names in (
        [str(reader.by)],
        [name for name in reader.key if name in shared],
        [str(source.by)],
        source.key,
    ):
        if names and shared.issuperset(names):
            return list(names)
    return []


def _narrowed(ways: Iterable[dict[str, str]], own: str, other: str) -> list[Way]:
    """Return the ways by which expressions of the table equal expressions of the input."""
    return [
        Way(
            " and ".join(
                f"{_qualified(mine, own, is_expression=True)}"
                f" = {_qualified(theirs, other, is_expression=True)}"
                for mine, theirs in way.items()
            )
        )
        for way in ways
    ]


def _matching(columns: dict[str, str], own: str, other: str) -> str:
    return " and ".join(
        f"{own}.{mine} is not distinct from {other}.{theirs}" for mine, theirs in columns.items()
    )


def _qualified(expression: str, table: str, *, is_expression: bool) -> str:
    """Return an expression over the columns of one table, read in a subquery where it is no plain column."""
    if not is_expression or expression.isidentifier():
        return f"{table}.{expression}"
    from sqlglot import exp, parse_one  # noqa: PLC0415 - loads slowly

    tree = parse_one(expression, read="duckdb")
    for column in tree.find_all(exp.Column):
        column.set("table", exp.to_identifier(table))
    return f"({tree.sql(dialect='duckdb')})"


def read_graph(manifest: Path) -> Graph:
    """Read the tables of the project out of dbt's manifest. Raises UserError without a whole one."""
    if not manifest.is_file():
        raise UserError(f"no {manifest.name} in {manifest.parent}: run `dbt build` or `dbt parse` first")
    nodes = {}
    items = read_json(manifest)["nodes"]
    for item in items.values():
        if item["resource_type"] not in ("model", "snapshot") or item["config"]["materialized"] == "view":
            continue
        config = item["config"]
        meta = config.get("meta") or {}
        declared = meta.get("recompute") or {}
        keys = config.get("unique_key") or ["_file"]
        key = [keys] if isinstance(keys, str) else keys
        rules = [
            (source, rule) for source, said in declared.get("after", {}).items() for rule in _long_form(said)
        ]
        by = declared.get("by")
        if item["resource_type"] == "snapshot":
            by, rules = (
                key[0],
                [
                    (name, {"through": "this", "match": {column: column for column in key}})
                    for name in _stg(item)
                ],
            )
        said = meta.get("trace") or {}
        nodes[item["name"]] = Node(
            item["name"],
            item["schema"],
            tuple(key),
            by,
            tuple(rules),
            frozenset(item["columns"]),
            tuple(dict.fromkeys(_tables_above(items, item))),
            {source: [way] if isinstance(way, dict) else way for source, way in said.items()},
        )
    return Graph(nodes)


def _tables_above(items: dict[str, Any], item: dict[str, Any]) -> Iterator[str]:
    """Yield the tables that a model reads, through views too."""
    for parent in item["depends_on"]["nodes"]:
        above = items.get(parent, {"resource_type": "source"})
        if above["resource_type"] not in ("model", "snapshot"):
            continue
        if above["config"]["materialized"] == "view":
            yield from _tables_above(items, above)
        else:
            yield str(above["name"])


def _stg(snapshot: dict[str, Any]) -> list[str]:
    names = [str(parent).rsplit(".", maxsplit=1)[-1] for parent in snapshot["depends_on"]["nodes"]]
    return [name for name in names if name.startswith("stg_")]


def _long_form(said: Any) -> list[Rule]:
    if said == "all":
        return [{"all": True}]
    if isinstance(said, str):
        return [{"key": said}]
    return [said] if isinstance(said, dict) else list(said)
