"""How two tables differ: rows, columns, and values by key, with samples that show no personal data."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from duckshift.comparison import LOAD_METADATA, RUN_COLUMNS, RUN_LAYERS
from duckshift.errors import MASKED

SAMPLES = 3
RAW_TEXT = frozenset({"_raw", "_extra", "_reason"})
"""Columns that quote records, whatever these hold."""


@dataclass
class TableDiff:
    """What became of one table; None where there was or is none."""

    table: str
    rows_before: int | None
    rows_after: int | None
    added_columns: list[str] = field(default_factory=list)
    removed_columns: list[str] = field(default_factory=list)
    changed_types: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    rows_added: int = 0
    rows_removed: int = 0
    rows_changed: int = 0
    changed_values: dict[str, int] = field(default_factory=dict)
    """Rows with another value, by column, of those whose key is on both sides."""
    samples: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        schema = self.added_columns or self.removed_columns or self.changed_types
        rows = self.rows_added or self.rows_removed or self.rows_changed
        return not schema and not rows and self.rows_before == self.rows_after


@dataclass(frozen=True)
class Comparable:
    """A table by its node."""

    name: str
    layer: str
    before: str | None
    """Relation as SQL names it."""
    after: str | None
    key: list[str]
    shown: frozenset[str]
    """Columns whose values are shown."""


def comparable(
    node: dict[str, Any], before: str | None, after: str | None, former: dict[str, Any] | None
) -> Comparable:
    """Return how to compare the table of a node, of which production knows `former`.

    Shown is what neither the change nor production tags as personal. Of columns and tables that production
    does not know only the change says whose data they hold, so they are not shown.
    """
    config = node["config"]
    key = config.get("unique_key") or (config.get("meta") or {}).get("grain") or []
    shown = _public(node) & _public(former) if former is not None else set()
    return Comparable(
        node["alias"],
        str(config.get("schema")),
        before,
        after,
        [key] if isinstance(key, str) else list(key),
        frozenset(shown) - RAW_TEXT,
    )


def _public(node: dict[str, Any]) -> set[str]:
    """Return the columns that a node describes and does not call personal."""
    meta = node["config"].get("meta") or {}
    if meta.get("classification") == "restricted" or node["config"].get("schema") == "vault":
        return set()
    return {
        column["name"]
        for column in node.get("columns", {}).values()
        if not (column.get("config", {}).get("meta") or column.get("meta") or {}).get("pii")
    }


def compare(connection: duckdb.DuckDBPyConnection, table: Comparable) -> TableDiff:
    """Compare a table before and after; load metadata does not count."""
    before = _columns(connection, table.before, table.layer)
    after = _columns(connection, table.after, table.layer)
    diff = TableDiff(
        f"{table.layer}.{table.name}", _count(connection, table.before), _count(connection, table.after)
    )
    if not before or not after:
        return diff
    diff.added_columns = [name for name in after if name not in before]
    diff.removed_columns = [name for name in before if name not in after]
    common = [name for name in before if name in after]
    diff.changed_types = [
        f"{name}: {before[name]} is now {after[name]}" for name in common if before[name] != after[name]
    ]
    if _digest(connection, table.before, common) == _digest(connection, table.after, common):
        return diff
    diff.key = [name for name in table.key if name in common]
    if diff.key and len(diff.key) == len(table.key) and _is_key(connection, table, diff.key):
        _compare_by_key(connection, table, common, diff)
    else:
        diff.key = []
        _compare_as_sets(connection, table, common, diff)
    return diff


def _columns(connection: duckdb.DuckDBPyConnection, relation: str | None, layer: str) -> dict[str, str]:
    if relation is None:
        return {}
    ignored = LOAD_METADATA | RUN_COLUMNS if layer in RUN_LAYERS else LOAD_METADATA
    found = connection.execute(f"describe select * from {relation}").fetchall()
    return {str(row[0]).lower(): str(row[1]) for row in found if str(row[0]).lower() not in ignored}


def _count(connection: duckdb.DuckDBPyConnection, relation: str | None) -> int | None:
    if relation is None:
        return None
    counted = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(counted[0]) if counted else 0


def _digest(connection: duckdb.DuckDBPyConnection, relation: str | None, names: Iterable[str]) -> list[Any]:
    """Return count and sum of hashes: equal for equal multisets, and quick where nothing differs."""
    return connection.execute(
        f"select count(*), sum(hash(whole_row)) from (select {_listed(names)} from {relation}) as whole_row"
    ).fetchall()


def _is_key(connection: duckdb.DuckDBPyConnection, table: Comparable, key: list[str]) -> bool:
    for relation in (table.before, table.after):
        found = connection.execute(
            f"select 1 from {relation} group by {_listed(key)} having count(*) > 1 limit 1"
        ).fetchone()
        if found:
            return False
    return True


def _compare_by_key(
    connection: duckdb.DuckDBPyConnection, table: Comparable, names: list[str], diff: TableDiff
) -> None:
    values = [name for name in names if name not in diff.key]
    on = " and ".join(f'b."{name}" is not distinct from a."{name}"' for name in diff.key)
    connection.execute(
        "create or replace temporary table compared as select b.is_there as was, a.is_there as is_now"
        + "".join(f', b."{name}" as "b_{name}", a."{name}" as "a_{name}"' for name in names)
        + f" from (select true as is_there, {_listed(names)} from {table.before}) as b"
        f" full join (select true as is_there, {_listed(names)} from {table.after}) as a on {on}"
    )
    differs = {name: f'"b_{name}" is distinct from "a_{name}"' for name in values}
    on_both = "was and is_now"
    any_differs = " or ".join(differs.values()) or "false"
    counted = connection.execute(
        "select count(*) filter (was is null), count(*) filter (is_now is null),"
        f" count(*) filter ({on_both} and ({any_differs}))"
        + "".join(f", count(*) filter ({on_both} and {predicate})" for predicate in differs.values())
        + " from compared"
    ).fetchone()
    assert counted is not None
    diff.rows_added, diff.rows_removed, diff.rows_changed = (int(count) for count in counted[:3])
    diff.changed_values = {name: int(count) for name, count in zip(values, counted[3:], strict=True) if count}
    order = ", ".join(f'coalesce("b_{name}", "a_{name}")' for name in diff.key)
    rows = connection.execute(
        f"select * from compared where was is null or is_now is null or {any_differs}"
        f" order by (was and is_now) desc nulls last, {order} limit {SAMPLES}"
    )
    columns = [str(item[0]) for item in rows.description]
    for row in rows.fetchall():
        diff.samples.append(_sample(dict(zip(columns, row, strict=True)), table, diff.key, values))


def _sample(row: dict[str, Any], table: Comparable, key: list[str], values: list[str]) -> dict[str, str]:
    side = "b" if row["was"] else "a"
    shown = {name: _shown(table, name, row[f"{side}_{name}"]) for name in key}
    if not (row["was"] and row["is_now"]):
        return shown | {"row": "removed" if row["was"] else "added"}
    for name in values:
        before, after = row[f"b_{name}"], row[f"a_{name}"]
        if before != after:
            shown[name] = f"{_shown(table, name, before)} -> {_shown(table, name, after)}"
    return shown


def _shown(table: Comparable, name: str, value: Any) -> str:
    if value is None:
        return "null"
    return str(value) if name in table.shown else MASKED


def _compare_as_sets(
    connection: duckdb.DuckDBPyConnection, table: Comparable, names: list[str], diff: TableDiff
) -> None:
    listed = _listed(names)
    for one, other, attribute in (
        (table.after, table.before, "rows_added"),
        (table.before, table.after, "rows_removed"),
    ):
        counted = connection.execute(
            f"select count(*) from (select {listed} from {one} except all select {listed} from {other})"
        ).fetchone()
        setattr(diff, attribute, int(counted[0]) if counted else 0)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
