"""External tables inside of queries: which names they are, and their rows.

Rows are kept in tables of schema rs_files and read from files only when those are new or changed. Books and
rows are written in the client's transaction, so that both are there or neither.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb

from duckshift.redshift_local.backend import Backend
from duckshift.redshift_local.commands.tokens import Reader, quote_text
from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.files import (
    INTERNAL,
    ParquetColumn,
    S3Object,
    data_files,
    duck,
    locate,
    parquet_schemas,
    path_list,
    quote,
    read_manifest,
)
from duckshift.redshift_local.loading.options import CopyOptions
from duckshift.redshift_local.loading.parquet_load import as_redshift, write_values
from duckshift.redshift_local.loading.parquet_types import check_column, csv_value
from duckshift.redshift_local.loading.records import read_records
from duckshift.redshift_local.loading.scratch import scratch_folder
from duckshift.redshift_local.loading.text_load import NULL
from duckshift.redshift_local.loading.values import Column, ValueProblemError, converter
from duckshift.redshift_local.rewriting.types import parse_type


@dataclass(frozen=True)
class _Partition:
    values: tuple[str, ...]
    location: str

    @property
    def json(self) -> str:
        return json.dumps(self.values)


@dataclass(frozen=True)
class _Table:
    database: str
    name: str
    location: str
    format: str
    columns: list[Column]
    partition_columns: list[Column]
    options: dict[str, str]
    cache: str

    @property
    def sql(self) -> str:
        """The table that keeps the rows."""
        return f'rs_files."{self.cache}"'

    @property
    def condition(self) -> str:
        """Finds its rows in the books."""
        return f"database_name = {quote_text(self.database)} and table_name = {quote_text(self.name)}"


@dataclass(frozen=True)
class _File:
    """A file, and the partition that it belongs to."""

    file: S3Object
    partition: _Partition

    @property
    def stamp(self) -> str:
        """Changes when the file does."""
        status = self.file.path.stat()
        return f"{status.st_size} {status.st_mtime_ns}"


async def is_external(name: str, backend: Backend) -> bool:
    """Whether a name is that of an external table, or of a view that reads one."""
    parsed = Reader(name).name()
    if parsed.schema is None:
        return False
    return bool(
        await backend.rows(f"select 1 from rs_catalog.external_tables_of({quote_text(parsed.sql)}) limit 1")
    )


async def materialise(name: str, backend: Backend) -> str:
    """Return the name of a PostgreSQL relation that shows the rows of an external table as they are now.

    For a view over external tables these are brought up to date, and the view's own name is returned.
    """
    parsed = Reader(name).name()
    rows = await backend.rows(
        "select database_name, table_name, location, format, columns, partition_columns, options, cache,"
        " schema_name"
        f" from rs_catalog.external_tables_of({quote_text(parsed.sql)}) order by database_name, table_name"
    )
    own = parsed.sql
    for row in rows:
        table = _table(row)
        await _refresh(table, backend)
        if (row[8], row[1]) == (parsed.schema, parsed.relation):
            own = table.sql
    return own


def _table(row: tuple[str | None, ...]) -> _Table:
    columns = [
        Column(column["name"], parse_type(column["type"]), False, False)
        for column in json.loads(row[4] or "[]")
    ]
    plain = len(columns) - int(row[5] or 0)
    return _Table(
        database=row[0] or "",
        name=row[1] or "",
        location=row[2] or "",
        format=row[3] or "",
        columns=columns[:plain],
        partition_columns=columns[plain:],
        options=json.loads(row[6] or "{}"),
        cache=row[7] or "",
    )


async def _partitions(table: _Table, backend: Backend) -> list[_Partition]:
    if not table.partition_columns:
        return [_Partition((), table.location)]
    rows = await backend.rows(
        f"select partition_values, location from rs_catalog.catalog_partitions where {table.condition}"
        " order by 1"
    )
    return [_Partition(tuple(json.loads(values or "[]")), location or "") for values, location in rows]


def _files(partitions: list[_Partition], root: Path) -> list[_File]:
    found = []
    for partition in partitions:
        path = locate(partition.location, root)
        # A location that is one object is a manifest.
        listed = (
            read_manifest(partition.location, root, lengths_required=True)
            if path.is_file()
            else data_files(partition.location, root)
        )
        found += [_File(file, partition) for file in listed]
    return found


async def _read_already(table: _Table, backend: Backend) -> dict[tuple[str, str], str]:
    rows = await backend.rows(
        f"select uri, partition_values, stamp from rs_catalog.read_files where {table.condition}"
    )
    return {(uri or "", json.dumps(json.loads(values or "[]"))): stamp or "" for uri, values, stamp in rows}


async def _refresh(table: _Table, backend: Backend) -> None:
    """Bring the kept rows up to date."""
    files = _files(await _partitions(table, backend), backend.bucket_root)
    wanted = {(file.file.uri, file.partition.json): file for file in files}
    if await _read_already(table, backend) == {key: file.stamp for key, file in wanted.items()}:
        return
    # One session at a time reads files; another that waited here may find that all is done.
    await backend.run(f"lock table {table.sql} in share row exclusive mode; set local rs.filling = 'on'")
    known = await _read_already(table, backend)
    # A file is read anew in all its partitions if it changed in one.
    gone = {key[0] for key, stamp in known.items() if key not in wanted or wanted[key].stamp != stamp}
    new = [file for key, file in wanted.items() if key not in known or key[0] in gone]
    if gone:
        listed = ", ".join(quote_text(uri) for uri in sorted(gone))
        await backend.run(
            f'delete from {table.sql} where "$path" in ({listed});'
            f" delete from rs_catalog.read_files where {table.condition} and uri in ({listed})"
        )
    if new:
        await _read(table, new, backend)
        rows = ", ".join(
            f"({quote_text(table.database)}, {quote_text(table.name)}, {quote_text(file.file.uri)},"
            f" {quote_text(file.partition.json)}::jsonb, {quote_text(file.stamp)})"
            for file in new
        )
        await backend.run(f"insert into rs_catalog.read_files values {rows}; analyze {table.sql}")
    await backend.run("set local rs.filling = 'off'")


async def _read(table: _Table, files: list[_File], backend: Backend) -> None:
    with scratch_folder(backend) as folder:
        target = folder / "rows.csv"
        if table.format == "parquet":
            written = _read_parquet(table, files, folder)
        else:
            _read_text(table, files, target)
            written = [target]
        for path in written:
            await backend.copy_in(f"copy {table.sql} from stdin (format csv, null '\\N')", path)


def _read_parquet(table: _Table, files: list[_File], folder: Path) -> list[Path]:
    with duck() as connection:
        schemas = parquet_schemas([file.file for file in files], connection)
        groups: dict[tuple[ParquetColumn, ...], list[_File]] = defaultdict(list)
        for file in files:
            groups[tuple(schemas[file.file.uri])].append(file)
        _partition_table(files, len(table.partition_columns), connection)
        written = []
        for number, (schema, members) in enumerate(groups.items()):
            target = folder / f"{number}.csv"
            query = _parquet_query(table, schema, members)
            with as_redshift([file.file for file in members]):
                write_values(query, target, connection)
            written.append(target)
        return written


def _partition_table(files: list[_File], count: int, connection: duckdb.DuckDBPyConnection) -> None:
    columns = "".join(f", p{number} varchar" for number in range(count))
    connection.execute(f"create table partitions (path varchar, uri varchar, size bigint{columns})")
    connection.executemany(
        f"insert into partitions values (?, ?, ?{', ?' * count})",
        [[str(file.file.path), file.file.uri, file.file.size, *file.partition.values] for file in files],
    )


def _parquet_query(table: _Table, schema: tuple[ParquetColumn, ...], files: list[_File]) -> str:
    by_name = {column.name.lower(): (number, column) for number, column in enumerate(schema)}
    values = []
    for column in table.columns:
        if column.name not in by_name:
            values.append("null")
            continue
        number, found = by_name[column.name]
        for file in files:
            check_column(file.file, found, number, column.name, column.type)
        expression = csv_value(f"f.{quote(found.name)}", column.type)
        if column.type.is_text:
            expression = _cut(expression, column.type.size or 0)
        values.append(expression)
    values += [f"p.p{number}" for number in range(len(table.partition_columns))]
    selected = ", ".join(f"{value} as c{number}" for number, value in enumerate([*values, "p.uri", "p.size"]))
    paths = path_list(sorted({file.file.path for file in files}))
    return (
        f"select {selected} from read_parquet({paths}, hive_partitioning = false, filename = 'rs_path') as f"
        " join partitions as p on p.path = f.rs_path"
    )


def _cut(expression: str, size: int) -> str:
    """Return a text cut to a number of bytes, between characters: Spectrum does so without an error."""
    # A character has four bytes at most, so one of these cuts falls between two.
    cuts = ", ".join(f"try(decode(array_slice(encode({expression}), 1, {size - less})))" for less in range(4))
    return f"case when strlen({expression}) > {size} then coalesce({cuts}) else {expression} end"


def _read_text(table: _Table, files: list[_File], target: Path) -> None:
    options = CopyOptions(
        format="csv" if table.options.get("serde") == "csv" else "text",
        delimiter=table.options.get("field.delim", "\x01"),
        null=table.options.get("serialization.null.format", "\\N"),
        ignore_header=int(table.options.get("skip.header.line.count", "0")),
        flags={"truncatecolumns"},
        time_format="auto",
        date_format="auto",
    )
    converters = [converter(column, options) for column in table.columns]
    with target.open("w", encoding="utf-8", newline="") as sink:
        for file in files:
            suffix = file.file.path.suffix
            options.compression = {".gz": "gzip", ".bz2": "bzip2", ".zst": "zstd"}.get(suffix)
            tail = [*file.partition.values, file.file.uri, str(file.file.size)]
            for record in read_records(file.file, options):
                values: list[str | None] = []
                for place, column in enumerate(table.columns):
                    field = record.fields[place] if place < len(record.fields) else None
                    try:
                        values.append(None if field is None else converters[place](field))
                    except ValueProblemError as problem:
                        raise RedshiftError(
                            f"Spectrum Scan Error: File '{file.file.uri}', line {record.line_number}, column "
                            f"{column.name}: {problem.reason}",
                            INTERNAL,
                        ) from problem
                sink.write(",".join(map(_csv_field, [*values, *tail])) + "\n")


def _csv_field(value: str | None) -> str:
    if value is None:
        return NULL
    clean = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "")
    return '"' + clean.replace('"', '""') + '"'
