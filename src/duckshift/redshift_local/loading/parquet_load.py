"""Parquet files to CSV files that PostgreSQL copies: columns by position, types as they are."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.files import (
    INTERNAL,
    ParquetColumn,
    S3Object,
    duck,
    literal,
    parquet_schemas,
    path_list,
    quote,
)
from duckshift.redshift_local.loading.options import CopyOptions
from duckshift.redshift_local.loading.parquet_types import check_column, csv_value
from duckshift.redshift_local.loading.text_load import NULL
from duckshift.redshift_local.loading.values import Column


def write_csv_files(
    files: list[S3Object], columns: list[Column], options: CopyOptions, table: str, folder: Path
) -> tuple[list[Path], dict[str, int]]:
    """Write one CSV file per kind of schema; return them, and the number of rows per file."""
    with duck() as connection:
        schemas = parquet_schemas(files, connection)
        groups: dict[tuple[ParquetColumn, ...], list[S3Object]] = defaultdict(list)
        for file in files:
            schema = schemas[file.uri]
            _check(file, schema, columns, options, table)
            groups[tuple(schema)].append(file)
        written = []
        for number, (schema_of_group, members) in enumerate(groups.items()):
            target = folder / f"{number}.csv"
            with as_redshift(members):
                _check_lengths(members, list(schema_of_group), columns, connection)
                _write(members, list(schema_of_group), columns, target, connection)
            written.append(target)
        return written, _row_counts(files, connection)


def _check(
    file: S3Object, schema: list[ParquetColumn], columns: list[Column], options: CopyOptions, table: str
) -> None:
    if len(schema) > len(columns) or (len(schema) < len(columns) and not options.has("fillrecord")):
        raise RedshiftError(
            "Spectrum Scan Error: Unmatched number of columns between table and file. "
            f"Table columns: {len(columns)}, Data columns: {len(schema)}, Table name: {table}, File:"
            f" '{file.uri}'",
            INTERNAL,
        )
    for number, (found, wanted) in enumerate(zip(schema, columns, strict=False)):
        check_column(file, found, number, wanted.name, wanted.type)


@contextmanager
def as_redshift(files: list[S3Object]) -> Iterator[None]:
    """Turn what DuckDB says of broken files into what Redshift says."""
    try:
        yield
    except duckdb.Error as error:
        message = str(error).splitlines()[0]
        uris = {str(file.path): file.uri for file in files}
        for path, uri in uris.items():
            message = message.replace(path, uri)
        if "utf-8" in message.lower() or "utf8" in message.lower() or "string encoding" in message.lower():
            raise RedshiftError(
                f"String contains invalid or unsupported UTF8 codepoints: {message}", INTERNAL
            ) from error
        raise RedshiftError(f"Spectrum Scan Error: {message}", INTERNAL) from error


def _scan(files: list[S3Object]) -> str:
    return f"read_parquet({path_list([file.path for file in files])}, hive_partitioning = false)"


def _check_lengths(
    files: list[S3Object],
    schema: list[ParquetColumn],
    columns: list[Column],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Refuse texts that are longer than their column, in bytes."""
    texts = [(found, wanted) for found, wanted in zip(schema, columns, strict=False) if wanted.type.is_text]
    if not texts:
        return
    longest = connection.execute(
        f"select {', '.join(f'max(strlen({quote(found.name)}))' for found, _ in texts)} from {_scan(files)}"
    ).fetchone()
    assert longest is not None
    for (_, wanted), length in zip(texts, longest, strict=True):
        if length is not None and length > (wanted.type.size or 0):
            raise RedshiftError(
                f"Spectrum Scan Error: The length of the data column {wanted.name} is longer than the"
                " length defined in "
                f"the table. Table: {wanted.type.size}, Data: {length}",
                INTERNAL,
            )


def _write(
    files: list[S3Object],
    schema: list[ParquetColumn],
    columns: list[Column],
    target: Path,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    names = [column.name.lower() for column in schema]
    if len(set(names)) < len(names):
        raise LocalLimit("Parquet files with column names that differ in case only")
    values = [
        f"{csv_value(quote(found.name), wanted.type)} as c{number}"
        for number, (found, wanted) in enumerate(zip(schema, columns, strict=False))
    ]
    values += [f"null as c{number}" for number in range(len(schema), len(columns))]
    write_values(f"select {', '.join(values)} from {_scan(files)}", target, connection)


def write_values(query: str, target: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Write rows as CSV that PostgreSQL reads with `format csv, null '\\N'`."""
    connection.execute(
        f"copy ({query}) to {literal(str(target))} (format csv, header false, nullstr {literal(NULL)})"
    )


def _row_counts(files: list[S3Object], connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    uris = {str(file.path): file.uri for file in files}
    rows = connection.execute(
        f"select file_name, num_rows from parquet_file_metadata({path_list([file.path for file in files])})"
    ).fetchall()
    return {uris[name]: count for name, count in rows}
