"""What the adapters share on the source's side: public tables are read as text and their values are judged.

Everything is read as text first, so that a wrong value is named with its file and record instead of being
guessed at.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import duckdb

from duckshift.errors import UserError


@dataclass(frozen=True)
class Rule:
    """What the values of a column must be; `parse` is SQL that gives null for a value that is not."""

    column: str
    expected: str
    parse: str
    is_required: bool = True


def connect() -> duckdb.DuckDBPyConnection:
    """Open a database in memory that keeps records in the order of the files."""
    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = true")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set TimeZone = 'UTC'")
    return connection


def quoted(text: str) -> str:
    """Return `text` as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """Return the name of a column as SQL."""
    return '"' + name.replace('"', '""') + '"'


def utc(local: str, zone: str) -> str:
    """Return SQL that turns the local timestamp `local` of an IANA zone into UTC.

    An hour that comes twice when the clock is put back counts as the first one, as everywhere in the
    warehouse; DuckDB alone takes the second. An hour that the clock skips is read as if it had not yet moved.
    """
    later = f"timezone('UTC', timezone('{zone}', {local}))"
    earlier = f"{later} - interval 1 hour"
    # Both zones of the adapters put the clock back by one hour.
    return (
        f"case when timezone('{zone}', timezone('UTC', {earlier})) = {local} then {earlier} else {later} end"
    )


def require_folder(source: Path, data_set: str) -> None:
    """Raise UserError unless `source` is a folder."""
    if not source.is_dir():
        found = "a file" if source.exists() else "nothing"
        raise UserError(
            f"{source}: expected the folder of {data_set}, found {found}: name the one with its files"
        )


def listed(folder: Path, limit: int = 8) -> str:
    """Return the names of what lies in a folder, for a message."""
    names = sorted(path.name for path in folder.iterdir())
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return (", ".join(names[:limit]) or "an empty folder") + more


def find_table(source: Path, name: str) -> Path:
    """Return `<name>.csv` or `<name>.parquet` in the folder; public copies of one data set come as either."""
    for suffix in (".csv", ".parquet"):
        path = source / f"{name}{suffix}"
        if path.is_file():
            return path
    raise UserError(f"{source}: expected {name}.csv or {name}.parquet, found {listed(source)}")


def _encoding(path: Path) -> str:
    """Return utf-8 or latin-1: spreadsheets save the pound sign of gift vouchers as Latin-1."""
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _csv_header(path: Path, encoding: str) -> tuple[str, ...]:
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
        header = next(csv.reader(file), [])
    return tuple(name.strip() for name in header)


def _require_columns(path: Path, expected: Sequence[str], found: Sequence[str]) -> None:
    missing = [name for name in expected if name not in found]
    if missing:
        raise UserError(
            f"{path}: expected column {', '.join(missing)}, found {', '.join(found) or 'an empty file'}"
        )
    twice = sorted({name for name in expected if list(found).count(name) > 1})
    if twice:
        raise UserError(f"{path}: expected column {', '.join(twice)} once, found it more than once")


def _csv_relation(paths: Sequence[Path], header: Sequence[str], encoding: str) -> str:
    # Columns are declared in the files' own order: nothing is sniffed, so all files are read by one rule.
    columns = ", ".join(f"{quoted(name or f'column{place}')}: 'varchar'" for place, name in enumerate(header))
    files = ", ".join(quoted(str(path)) for path in paths)
    return (
        f"read_csv([{files}], auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"encoding = '{encoding}', filename = '_path', columns = {{{columns}}})"
    )


def _parquet_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    described = connection.execute(f"describe select * from read_parquet({quoted(str(path))})").fetchall()
    return tuple(str(row[0]) for row in described)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, relation: str, columns: Sequence[str]) -> None:
    values = ", ".join(f"nullif(trim(cast({quoted_name(name)} as varchar)), '')" for name in columns)
    connection.execute(f"insert into {table} select parse_filename(_path), {values} from {relation}")


def read_table(
    connection: duckdb.DuckDBPyConnection, table: str, paths: Sequence[Path], columns: Sequence[str]
) -> None:
    """Create `table` with `_file` and the given columns as trimmed text (empty is null), in file order.

    Reads CSV (UTF-8 or Latin-1, any order of columns, further columns ignored) and Parquet.
    Raises UserError naming the file if one cannot be read or lacks a column.
    """
    names = ", ".join(f"{quoted_name(name)} varchar" for name in columns)
    connection.execute(f"create or replace table {table} (_file varchar, {names})")
    kinds: list[tuple[Path, tuple[str, ...], str]] = []
    for path in paths:
        try:
            encoding = "" if path.suffix == ".parquet" else _encoding(path)
            header = _csv_header(path, encoding) if encoding else _parquet_columns(connection, path)
        except (OSError, csv.Error, duckdb.Error) as error:
            raise UserError(f"{path}: cannot be read: {_first_line(error)}") from error
        _require_columns(path, columns, header)
        kinds.append((path, header, encoding))
    # Neighbours with the same header are read in one go: 305 daily files take a second, not a minute.
    for (header, encoding), group in groupby(kinds, key=lambda kind: kind[1:]):
        members = [kind[0] for kind in group]
        files = ", ".join(quoted(str(path)) for path in members)
        relation = (
            _csv_relation(members, header, encoding)
            if encoding
            else f"read_parquet([{files}], filename = '_path')"
        )
        try:
            _insert(connection, table, relation, columns)
        except duckdb.Error as error:
            raise UserError(_problem(error, members[0].parent)) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _problem(error: duckdb.Error, folder: Path) -> str:
    """Make one line of DuckDB's report about a CSV file, which names the file far below the first line."""
    text = str(error)
    file = re.search(r"^ *file *= *(.+)$", text, re.MULTILINE)
    line = re.search(r"CSV Error on Line: (\d+)", text)
    reason = re.search(
        r"^(Expected Number of Columns.*|Value with unterminated quote.*)$", text, re.MULTILINE
    )
    place = f", line {line[1]}" if line else ""
    return (
        f"{file[1] if file else folder}{place}: cannot be read: {reason[1] if reason else _first_line(error)}"
    )


def number(column: str, data_type: str) -> str:
    """Return SQL that parses a number, null where it is none or would lose digits before the point."""
    return f"try_cast({quoted_name(column)} as {data_type})"


def whole_number(column: str) -> str:
    """Return SQL that parses a whole number, also when it is written as `6.0`; null where it is none."""
    decimal = number(column, "decimal(18, 6)")
    return f"case when {decimal} = trunc({decimal}) then cast({decimal} as bigint) end"


def timestamp(column: str) -> str:
    """Return SQL that parses an ISO 8601 timestamp to whole seconds; null where it is none."""
    return f"date_trunc('second', try_cast({quoted_name(column)} as timestamp))"


def check_values(connection: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule]) -> None:
    """Raise UserError for the first value of a table from `read_table` that breaks one of the rules."""
    for rule in rules:
        name = quoted_name(rule.column)
        absent = f"{name} is null" if rule.is_required else "false"
        wrong = connection.execute(
            f"""
            select _file, rowid, {name}
            from {table}
            where {absent} or ({name} is not null and ({rule.parse}) is null)
            order by rowid
            limit 1
            """
        ).fetchone()
        if wrong:
            file, place, value = wrong
            record = connection.execute(
                f"select count(*) from {table} where _file = ? and rowid <= ?", [file, place]
            ).fetchall()[0][0]
            found = "nothing" if value is None else repr(value[:80])
            raise UserError(
                f"{file}: record {record}, column {rule.column}: expected {rule.expected}, found {found}"
            )


def check_unique(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    """Raise UserError if a value of a table from `read_table` comes twice: joins would multiply it."""
    name = quoted_name(column)
    twice = connection.execute(
        f"""
        select any_value(_file), {name}, count(*)
        from {table}
        group by {name}
        having count(*) > 1
        order by {name}
        limit 1
        """
    ).fetchone()
    if twice:
        file, value, records = twice
        raise UserError(f"{file}: column {column}: expected unique values, found '{value}' {records} times")
