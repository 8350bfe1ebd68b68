"""Whether two warehouses are equal, table by table, and what differs if they are not.

Tables are compared as multisets of rows over all columns but load metadata, with their types. A warehouse is
first read into a working DuckDB database, so that it does not matter which engine holds it.
"""

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

LAYERS = ("bronze", "silver", "gold", "ops", "quarantine", "reference", "vault")
LOAD_METADATA = frozenset({"_run_id", "_loaded_at", "_landed_at", "_line"})
"""What may differ between two ways to load the same files; no logic depends on it."""
RUN_COLUMNS = frozenset({"run_id", "loaded_at", "manifest", "replayed_run_id"})
"""The same in these layers, under names for readers, and the batch in which Redshift was given a file."""
RUN_LAYERS = ("ops", "quarantine")
_CLOCK = "ops_run_history|ops_pipeline_health"
"""Views that tell how long runs took."""
LOADS = re.compile(rf"ops\.(runs|run_ends|run_lock|landed_manifests|model_builds|{_CLOCK})")
"""Lists of runs, COPY manifests and builds: load metadata as a whole."""
_TESTED = "ops_test_checks|ops_quality_scorecard|ops_quality_summary"
"""Views of what the tests found, which tell how a warehouse was tested."""
TESTED_LOADS = re.compile(rf"{LOADS.pattern}|ops\.(test_findings|{_TESTED})")
"""For two warehouses of which one ran more tests than the other."""
WAY = re.compile(rf"ops\.((?!ops_).+|{_CLOCK}|{_TESTED})")
"""What a warehouse remembers of the way in which it came about: control tables and what is made of them."""
SAMPLES = 3
LOOKED_AT = 1_000
"""Rows of each side among which the most alike are sought."""

Row = tuple[Any, ...]
Columns = list[tuple[str, str]]


@dataclass(frozen=True)
class Side:
    """One of two warehouses: the name it has in messages, and the compared columns of its tables by layer."""

    name: str
    tables: Mapping[str, Columns]
    """Columns (name, type) by `layer.table`."""


@dataclass(frozen=True)
class Only:
    """The rows that only one side has: how many, and the first of them."""

    side: str
    count: int
    rows: list[Row]


def attach_read_only(connection: duckdb.DuckDBPyConnection, database: Path, name: str) -> None:
    """Attach a DuckDB file by a name, never to be written."""
    connection.execute(f"attach '{_quoted(str(database))}' as \"{name}\" (read_only)")


def read_duckdb(
    working: duckdb.DuckDBPyConnection, database: Path, name: str, *, left_out: re.Pattern[str] = LOADS
) -> Side:
    """Copy a DuckDB warehouse into the schema `name` of the working database; `left_out` are tables."""
    # Views name their database, so it is attached by the name it was built under.
    catalog = database.stem
    attach_read_only(working, database, catalog)
    found = working.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        " where database_name = ? and schema_name in (select unnest(?))"
        " order by schema_name, table_name, column_index",
        [catalog, list(LAYERS)],
    ).fetchall()
    tables = _comparable(found, left_out)
    working.execute(f'create schema "{name}"')
    for table, columns in tables.items():
        layer, _, relation = table.partition(".")
        working.execute(
            f'create table "{name}"."{table}" as'
            f' select {_names(columns)} from "{catalog}"."{layer}"."{relation}"'
        )
    working.execute(f'detach "{catalog}"')
    return Side(name, tables)


def read_redshift(
    working: duckdb.DuckDBPyConnection,
    connection: Any,
    prefix: str,
    name: str,
    *,
    left_out: re.Pattern[str] = LOADS,
) -> Side:
    """Copy a warehouse on Redshift into the schema `name` of the working database.

    `connection` is one of redshift_connector; `prefix` is what a developer's schemas begin with, '' in
    production; `left_out` are tables.
    """
    schemas = ", ".join(f"'{prefix}{layer}'" for layer in LAYERS)
    cursor = connection.cursor()
    cursor.execute(
        "select table_schema, table_name, column_name, data_type, numeric_precision, numeric_scale"
        f" from svv_columns where table_schema in ({schemas})"
        " order by table_schema, table_name, ordinal_position"
    )
    tables = _comparable(
        (
            (schema.removeprefix(prefix), table, column, _duckdb_type(data_type, precision, scale))
            for schema, table, column, data_type, precision, scale in cursor.fetchall()
        ),
        left_out,
    )
    working.execute(f'create schema "{name}"')
    with tempfile.TemporaryDirectory(prefix="duckshift-compare-") as folder:
        for table, columns in tables.items():
            layer, _, relation = table.partition(".")
            cursor.execute(f'select {_names(columns)} from "{prefix}{layer}"."{relation}"')
            rows = Path(folder) / "rows.jsonl"
            _write_rows(cursor, columns, rows)
            types = ", ".join(f"'{column}': '{data_type}'" for column, data_type in columns)
            lines = f"read_json('{_quoted(str(rows))}', format = 'newline_delimited', columns = {{{types}}})"
            working.execute(f'create table "{name}"."{table}" as select {_names(columns)} from {lines}')
    return Side(name, tables)


def differences(working: duckdb.DuckDBPyConnection, left: Side, right: Side) -> list[str]:
    """Compare two sides of a working database; nothing if they are equal.

    A message names the table, how many rows only one side has, and of some of them the row of the other side
    that is most alike, with the columns in which the two differ.
    """
    messages = [
        f"{table}: only in the {left.name if table in left.tables else right.name}"
        for table in sorted(left.tables.keys() ^ right.tables.keys())
    ]
    for table in sorted(left.tables.keys() & right.tables.keys()):
        columns = left.tables[table]
        if columns != right.tables[table]:
            messages.append(_message_on_columns(table, left, right))
        if [name for name, _ in columns] != [name for name, _ in right.tables[table]]:
            continue
        if _digest(working, table, left) == _digest(working, table, right):
            continue
        only_left = _only(working, table, left, right)
        only_right = _only(working, table, right, left)
        if only_left.count or only_right.count:
            names = [name for name, _ in columns]
            messages.append(_message_on_rows(table, names, only_left, only_right))
    return messages


def duckdb_differences(left: Path, right: Path, *, left_out: re.Pattern[str] = LOADS) -> list[str]:
    """Compare two DuckDB warehouses but for the tables `left_out`; nothing if they are equal."""
    with duckdb.connect() as working:
        return differences(
            working,
            read_duckdb(working, left, "first", left_out=left_out),
            read_duckdb(working, right, "second", left_out=left_out),
        )


def _comparable(found: Iterable[tuple[str, str, str, str]], left_out: re.Pattern[str]) -> dict[str, Columns]:
    tables: dict[str, Columns] = {}
    for layer, table, column, data_type in found:
        ignored = LOAD_METADATA | RUN_COLUMNS if layer in RUN_LAYERS else LOAD_METADATA
        if not left_out.fullmatch(f"{layer}.{table}") and column not in ignored:
            # Redshift folds identifiers; DuckDB keeps their case, which means nothing there either.
            tables.setdefault(f"{layer}.{table}", []).append((column.lower(), data_type))
    return tables


def _duckdb_type(data_type: str, precision: int | None, scale: int | None) -> str:
    """Return DuckDB's name of a Redshift type; lengths of texts mean nothing to DuckDB."""
    name = re.sub(r"\(.*\)", "", data_type.lower()).strip()
    names = {
        "character varying": "VARCHAR",
        "character": "VARCHAR",
        "text": "VARCHAR",
        "timestamp without time zone": "TIMESTAMP",
        "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
        "double precision": "DOUBLE",
        "real": "FLOAT",
    }
    if name == "numeric":
        return f"DECIMAL({precision},{scale})" if precision else "DECIMAL"
    return names.get(name, name.upper())


def _write_rows(cursor: Any, columns: Columns, target: Path) -> None:
    names = [name for name, _ in columns]
    with target.open("w", encoding="utf-8") as file:
        while rows := cursor.fetchmany(10_000):
            for row in rows:
                file.write(json.dumps(dict(zip(names, row, strict=True)), default=str) + "\n")


def _digest(working: duckdb.DuckDBPyConnection, table: str, side: Side) -> list[Row]:
    """Return count and sum of hashes: equal for equal multisets of rows, and quick where nothing differs."""
    query = f'select count(*), sum(hash(whole_row)) from "{side.name}"."{table}" as whole_row'
    return working.execute(query).fetchall()


def _only(working: duckdb.DuckDBPyConnection, table: str, side: Side, other: Side) -> "Only":
    rows = f'(from "{side.name}"."{table}" except all from "{other.name}"."{table}")'
    counted = working.execute(f"select count(*) from {rows}").fetchone()
    sample = working.execute(f"select * from {rows} order by all limit {LOOKED_AT}").fetchall()
    return Only(side.name, counted[0] if counted else 0, sample)


def _message_on_columns(table: str, left: Side, right: Side) -> str:
    mine, theirs = dict(left.tables[table]), dict(right.tables[table])
    parts = [
        f"{name} is {mine.get(name, 'missing')} and {theirs.get(name, 'missing')}"
        for name in {**mine, **theirs}
        if mine.get(name) != theirs.get(name)
    ]
    return f"{table}: columns differ in {left.name} and {right.name}: " + (
        "; ".join(parts) or f"their order, {[*mine]} and {[*theirs]}"
    )


def _message_on_rows(table: str, names: list[str], left: Only, right: Only) -> str:
    lines = [f"{table}: {left.count} rows only in {left.side}, {right.count} only in {right.side}"]
    differing: Counter[str] = Counter()
    for number, row in enumerate((left.rows or right.rows)[:100]):
        others = right.rows if left.rows else []
        nearest = min(others, key=lambda other: _distance(row, other), default=None)
        if nearest is None:
            parts = [f"{name}={value!r}" for name, value in zip(names, row, strict=True) if value is not None]
        else:
            parts = [
                f"{name}: {value!r} and {other!r}"
                for name, value, other in zip(names, row, nearest, strict=True)
                if value != other
            ]
            differing.update(part.split(":")[0] for part in parts)
            parts.insert(0, f"[{', '.join(repr(value) for value in row[:3])}]")
        if number < SAMPLES:
            lines.append("    " + "; ".join(parts))
    if differing:
        lines.insert(1, f"    columns that differ: {dict(differing.most_common())}")
    return "\n".join(lines)


def _distance(row: Row, other: Row) -> tuple[int, int]:
    """Count the columns that differ, those that identify a row first: they stand in front."""
    differ = [value != counterpart for value, counterpart in zip(row, other, strict=True)]
    return sum(differ[:3]), sum(differ)


def _names(columns: Columns) -> str:
    return ", ".join(f'"{name}"' for name, _ in columns)


def _quoted(text: str) -> str:
    return text.replace("'", "''")
