"""Whether two warehouses are equal, and what differs if they are not."""

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

SCHEMAS = ("bronze", "silver", "gold", "ops", "quarantine", "reference", "vault")
LOAD_METADATA = frozenset({"_run_id", "_loaded_at", "_landed_at", "_line"})
"""What may differ between two ways to load the same files (design/PITFALLS.md, 15)."""
RUN_COLUMNS = frozenset({"run_id", "loaded_at"})
"""The same in the views of these schemas, under names for readers."""
RUN_SCHEMAS = ("ops", "quarantine")
RUNS = "ops.runs"  # the list of runs, which is load metadata as a whole
SAMPLES = 3

Row = tuple[Any, ...]
Columns = list[tuple[str, str]]


def columns_of(database: Path) -> dict[str, Columns]:
    """Return the columns (name, type) to be compared of every table and view."""
    found: dict[str, Columns] = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select table_schema, table_name, column_name, data_type from information_schema.columns"
            " where table_schema in (select unnest(?)) order by table_schema, table_name, ordinal_position",
            [list(SCHEMAS)],
        ).fetchall()
    for schema, table, column, data_type in rows:
        ignored = LOAD_METADATA | RUN_COLUMNS if schema in RUN_SCHEMAS else LOAD_METADATA
        if f"{schema}.{table}" != RUNS and column not in ignored:
            found.setdefault(f"{schema}.{table}", []).append((column, data_type))
    return found


def differences(left: Path, right: Path) -> list[str]:
    """Compare two databases, all tables and views as multisets of rows; nothing if they are equal.

    A message names the table, how many rows only one side has, and of some of them the row of the other side
    that is most alike, with the columns in which the two differ.
    """
    left_columns, right_columns = columns_of(left), columns_of(right)
    messages = [
        f"{table}: only in the {'first' if table in left_columns else 'second'}"
        for table in sorted(left_columns.keys() ^ right_columns.keys())
    ]
    with duckdb.connect() as connection:
        for side, database in (("first", left), ("second", right)):
            # Views name their database, so each is attached by the name it was built under.
            connection.execute(f"attach '{database}' as {database.stem} (read_only)")
            connection.execute(f"create schema {side}")
            for table, columns in (left_columns if side == "first" else right_columns).items():
                names = ", ".join(f'"{name}"' for name, _ in columns)
                connection.execute(
                    f'create table {side}."{table}" as select {names} from {database.stem}.{table}'
                )
            connection.execute(f"detach {database.stem}")
        for table in sorted(left_columns.keys() & right_columns.keys()):
            if left_columns[table] != right_columns[table]:
                messages.append(f"{table}: columns {left_columns[table]} and {right_columns[table]}")
                continue
            column_names = [name for name, _ in left_columns[table]]
            if _digest(connection, table, "first") == _digest(connection, table, "second"):
                continue
            only_left = _only(connection, table, "first", "second")
            only_right = _only(connection, table, "second", "first")
            if only_left or only_right:
                messages.append(_message(table, column_names, only_left, only_right))
    return messages


def _digest(connection: duckdb.DuckDBPyConnection, table: str, side: str) -> list[Row]:
    """Return count and sum of hashes: equal for equal multisets of rows, and quick where nothing differs."""
    query = f'select count(*), sum(hash(whole_row)) from {side}."{table}" as whole_row'
    return connection.execute(query).fetchall()


def _only(connection: duckdb.DuckDBPyConnection, table: str, side: str, other: str) -> list[Row]:
    return connection.execute(
        f'select * from (from {side}."{table}" except all from {other}."{table}") order by all'
    ).fetchall()


def _message(table: str, names: list[str], only_left: list[Row], only_right: list[Row]) -> str:
    lines = [f"{table}: {len(only_left)} rows only in the first, {len(only_right)} only in the second"]
    differing: Counter[str] = Counter()
    for number, row in enumerate(only_left or only_right):
        others = only_right if only_left else []
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
        if number >= 100:
            break
    if differing:
        lines.insert(1, f"    columns that differ: {dict(differing.most_common())}")
    return "\n".join(lines)


def _distance(row: Row, other: Row) -> int:
    return sum(value != counterpart for value, counterpart in zip(row, other, strict=True))
