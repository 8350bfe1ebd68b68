"""UNLOAD: the rows of a query into files of S3."""

import bz2
import gzip
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote as percent_encode

import duckdb

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.calls import perform
from duckshift.redshift_local.commands.tokens import Reader, quote_text
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.files import INTERNAL, S3Object, duck, literal, locate, objects_under, quote
from duckshift.redshift_local.loading.options import read_authorization
from duckshift.redshift_local.loading.scratch import scratch_folder
from duckshift.redshift_local.rewriting import rewrite_query
from duckshift.redshift_local.rewriting.types import RedshiftType

_NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"
_NOT_BUILT = ("encrypted", "master_symmetric_key", "kms_key_id", "fixedwidth", "zstd")
_TEXT_ONLY = ("delimiter", "addquotes", "escape", "null", "header", "gzip", "bzip2")
_MEGABYTE = 1024 * 1024


@dataclass
class _Options:
    format: str = "text"
    partition_by: list[str] = field(default_factory=list)
    include: bool = False
    manifest: bool = False
    verbose: bool = False
    delimiter: str | None = None
    null: str = ""
    max_file_size: int | None = None
    compression: str | None = None
    flags: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Column:
    name: str
    type: RedshiftType


async def handle(statement: str, backend: Backend) -> Translation | None:
    """Write the files, and return what keeps the books of it."""
    if not re.match(r"unload\b", statement, re.IGNORECASE):
        return None
    reader = Reader(statement)
    reader.want("unload", "(")
    query = reader.text()
    reader.want(")")
    reader.want("to")
    target = reader.text()
    options = _read_options(reader)
    if re.search(r"\blimit\s+\d+\s*;?\s*$", query, re.IGNORECASE) and not query.lstrip().startswith("("):
        raise RedshiftError(
            "Limit clause is not supported in the outermost SELECT of UNLOAD; use a nested query", "0A000"
        )
    with scratch_folder(backend) as folder:
        columns, source = await _rows_of(query, folder, backend)
        for name in options.partition_by:
            if name not in [column.name for column in columns]:
                raise RedshiftError(f'Column "{name}" of PARTITION BY is not in the query', "42703")
        if options.partition_by and len(options.partition_by) == len(columns) and not options.include:
            raise RedshiftError(
                "UNLOAD with PARTITION BY needs a column that is no partition column", "0A000"
            )
        files = _write(source, columns, target, options, folder, backend.bucket_root)
    rows = ", ".join(f"({quote_text(file.uri)}, {count}, {file.size})" for file, count in files)
    listed = f"array[{rows}]" if rows else "array[]"
    count = sum(count for _, count in files)
    return perform(
        f"rs_catalog.record_unload({quote_text(options.format)}, {listed}::rs_catalog.loaded_file[],"
        f" {count})",
        "UNLOAD",
    )


def _read_options(reader: Reader) -> _Options:
    options = _Options()
    authorized = False
    seen: list[str] = []
    while not reader.done:
        if read_authorization(reader):
            authorized = True
            continue
        seen.append(_read_option(reader, options))
    if not authorized:
        raise RedshiftError("UNLOAD needs IAM_ROLE or other authorization")
    if "allowoverwrite" in seen and "cleanpath" in seen:
        raise RedshiftError("ALLOWOVERWRITE and CLEANPATH cannot be used together", "0A000")
    if options.format == "parquet":
        for word in _TEXT_ONLY:
            if word in seen:
                raise RedshiftError(f"{word.upper()} is not supported for UNLOAD to PARQUET", "0A000")
    if options.format == "json":
        for word in ("delimiter", "header", "addquotes", "escape", "null"):
            if word in seen:
                raise RedshiftError(f"{word.upper()} is not supported for UNLOAD to JSON", "0A000")
    if options.format == "text" and "escape" in seen:
        raise LocalLimit("UNLOAD with ESCAPE")
    return options


def _read_option(reader: Reader, options: _Options) -> str:  # noqa: PLR0912 - one branch per option
    reader.take("format")
    reader.take("as")
    word = reader.word()
    if word in _NOT_BUILT:
        raise LocalLimit(f"UNLOAD with {word.upper()}")
    if word in ("csv", "parquet", "json"):
        options.format = word
    elif word == "partition":
        reader.want("by")
        options.partition_by = reader.names()
        options.include = reader.take("include")
    elif word == "manifest":
        options.manifest = True
        options.verbose = reader.take("verbose")
    elif word in ("header", "addquotes", "escape", "allowoverwrite", "cleanpath"):
        options.flags.add(word)
    elif word in ("gzip", "bzip2"):
        options.compression = word
    elif word == "delimiter":
        reader.take("as")
        options.delimiter = reader.text()
    elif word == "null":
        reader.take("as")
        options.null = reader.text()
    elif word == "parallel":
        reader.take_any("on", "off", "true", "false")
    elif word in ("maxfilesize", "rowgroupsize"):
        size = _size(reader)
        if word == "maxfilesize":
            options.max_file_size = size
    elif word in ("region", "extension"):
        reader.take("as")
        if word == "extension":
            raise LocalLimit("UNLOAD with EXTENSION")
        reader.text()
    else:
        reader.at -= 1
        reader.fail()
    return word


def _size(reader: Reader) -> int:
    reader.take("as")
    number = float(reader.next().text)
    unit = reader.take_any("mb", "gb") or "mb"
    return int(number * _MEGABYTE * (1024 if unit == "gb" else 1))


async def _rows_of(query: str, folder: Path, backend: Backend) -> tuple[list[_Column], Path]:
    """Run the query; return its columns and a CSV file with its rows."""
    rewritten = await rewrite_query(query.strip().rstrip(";"), backend)
    # A view tells the types of its columns.
    await backend.run(f"create temporary view rs_unload as {rewritten}")
    rows = await backend.rows(
        "select attname, rs_catalog.type_name(atttypid, atttypmod), rs_catalog.type_length(atttypid,"
        " atttypmod),"
        " rs_catalog.type_precision(atttypid, atttypmod), rs_catalog.type_scale(atttypid, atttypmod)"
        " from pg_catalog.pg_attribute where attrelid = 'pg_temp.rs_unload'::regclass and attnum > 0 order"
        " by attnum"
    )
    source = folder / "rows.csv"
    await backend.copy_out(
        "copy (select * from pg_temp.rs_unload) to stdout (format csv, header, null '\\N', force_quote *)",
        source,
    )
    await backend.run("drop view pg_temp.rs_unload")
    columns = [
        _Column(name or "", _type(kind or "", length, precision, scale))
        for name, kind, length, precision, scale in rows
    ]
    if len({column.name for column in columns}) < len(columns):
        raise RedshiftError("UNLOAD needs a name of its own for every column", "42701")
    return columns, source


def _type(kind: str, length: str | None, precision: str | None, scale: str | None) -> RedshiftType:
    if kind == "numeric":
        return RedshiftType(kind, int(precision or 38), int(scale or 0))
    return RedshiftType(kind, None if length is None else int(length))


def _duckdb_type(kind: RedshiftType) -> str:
    if kind.is_text or kind.name == "super":
        return "varchar"
    names = {
        "numeric": f"decimal({kind.size},{kind.scale})",
        "timestamp without time zone": "timestamp",
        "timestamp with time zone": "timestamptz",
        "double precision": "double",
    }
    if kind.name in ("bytea", "varbyte") or kind.name.startswith(("time ", "interval")):
        raise LocalLimit(f"UNLOAD of a column of type {kind.name}")
    return names.get(kind.name, kind.name)


def _write(
    source: Path, columns: list[_Column], target: str, options: _Options, folder: Path, root: Path
) -> list[tuple[S3Object, int]]:
    prefix = target if not options.partition_by or target.endswith("/") else target + "/"
    locate(prefix, root)
    existing = objects_under(prefix, root)
    if existing and not options.flags & {"allowoverwrite", "cleanpath"}:
        raise RedshiftError(
            "Specified unload destination on S3 is not empty. Consider using a different bucket / prefix,"
            " manually "
            "removing the target files in S3, or using the ALLOWOVERWRITE option.",
            INTERNAL,
        )
    if "cleanpath" in options.flags and not options.partition_by:
        for old in existing:
            old.path.unlink()
    with duck() as connection:
        types = ", ".join(
            f"{literal(column.name)}: {literal(_duckdb_type(column.type))}" for column in columns
        )
        connection.execute(
            f"create table unloaded as select * from read_csv({literal(str(source))}, columns = {{{types}}},"
            " header = true, nullstr = '\\N', allow_quoted_nulls = false, quote = '\"', escape = '\"', "
            " delim = ',', auto_detect = false, max_line_size = 16777216, parallel = false)"
        )
        files = [
            written
            for values in _partitions(options, connection)
            for written in _write_partition(values, columns, prefix, options, folder, root, connection)
        ]
    if options.manifest:
        _write_manifest(files, columns, prefix, options, root)
    return files


def _partitions(options: _Options, connection: duckdb.DuckDBPyConnection) -> list[tuple[str | None, ...]]:
    if not options.partition_by:
        return [()]
    names = [f"cast({quote(name)} as varchar)" for name in options.partition_by]
    return connection.execute(f"select distinct {', '.join(names)} from unloaded order by all").fetchall()


def _write_partition(
    values: tuple[str | None, ...],
    columns: list[_Column],
    prefix: str,
    options: _Options,
    folder: Path,
    root: Path,
    connection: duckdb.DuckDBPyConnection,
) -> list[tuple[S3Object, int]]:
    path = "".join(
        f"{name}={_NULL_PARTITION if value is None else percent_encode(value, safe=' -_.+')}/"
        for name, value in zip(options.partition_by, values, strict=True)
    )
    conditions = [
        f"cast({quote(name)} as varchar) is not distinct from {'null' if value is None else literal(value)}"
        for name, value in zip(options.partition_by, values, strict=True)
    ]
    kept = [column for column in columns if options.include or column.name not in options.partition_by]
    query = f"from unloaded where {' and '.join(conditions) or 'true'}"
    counted = connection.execute(f"select count(*) {query}").fetchone()
    count = int(counted[0]) if counted else 0
    if "cleanpath" in options.flags and options.partition_by:
        for old in objects_under(prefix + path, root):
            old.path.unlink()
    extension = {"parquet": ".parquet", "json": ".json"}.get(options.format, "")
    extension += {"gzip": ".gz", "bzip2": ".bz2"}.get(options.compression or "", "")
    uri = f"{prefix}{path}0000_part_00{extension}"
    target = locate(uri, root)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = folder / "part"
    names = ", ".join(quote(column.name) for column in kept)
    if options.format == "parquet":
        if options.max_file_size is not None:
            return _write_sized(
                f"select {names} {query}", f"{prefix}{path}", options, folder, root, connection
            )
        connection.execute(
            f"copy (select {names} {query}) to {literal(str(part))} (format parquet, compression snappy)"
        )
    else:
        _write_text(kept, query, part, options, connection)
    _move(part, target, options)
    return [(S3Object(uri, target), count)]


def _move(part: Path, target: Path, options: _Options) -> None:
    """Put a finished file in its place, packed if that is wanted: readers never see half of one."""
    content = part.read_bytes()
    if options.compression == "gzip":
        content = gzip.compress(content)
    elif options.compression == "bzip2":
        content = bz2.compress(content)
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(target)
    part.unlink()


def _write_sized(
    query: str,
    prefix: str,
    options: _Options,
    folder: Path,
    root: Path,
    connection: duckdb.DuckDBPyConnection,
) -> list[tuple[S3Object, int]]:
    """Write several Parquet files that are not larger than MAXFILESIZE, as near as row groups allow."""
    parts = folder / "parts"
    connection.execute(
        f"copy ({query}) to {literal(str(parts))} (format parquet, compression snappy, row_group_size 10000,"
        f" file_size_bytes {options.max_file_size}, filename_pattern 'part_{{i}}')"
    )
    found = []
    names = sorted(parts.iterdir(), key=lambda path: int(re.sub(r"\D", "", path.stem) or 0))
    for number, part in enumerate(names):
        counted = connection.execute(f"select count(*) from read_parquet({literal(str(part))})").fetchone()
        uri = f"{prefix}0000_part_{number:02d}.parquet"
        target = locate(uri, root)
        _move(part, target, options)
        found.append((S3Object(uri, target), int(counted[0]) if counted else 0))
    return found


def _write_text(
    columns: list[_Column], query: str, part: Path, options: _Options, connection: duckdb.DuckDBPyConnection
) -> None:
    # Booleans are t and f in text files.
    values = ", ".join(
        f"case when {quote(column.name)} then 't' when not {quote(column.name)} then 'f' end as"
        f" {quote(column.name)}"
        if column.type.name == "boolean"
        else quote(column.name)
        for column in columns
    )
    if options.format == "json":
        connection.execute(f"copy (select {values} {query}) to {literal(str(part))} (format json)")
        return
    delimiter = options.delimiter or ("," if options.format == "csv" else "|")
    quoting = (
        "quote '\"', escape '\"'"
        if options.format == "csv" or "addquotes" in options.flags
        else "quote '', escape ''"
    )
    if "addquotes" in options.flags:
        quoting += ", force_quote *"
    connection.execute(
        f"copy (select {values} {query}) to {literal(str(part))} (format csv, delimiter {literal(delimiter)},"
        f" nullstr {literal(options.null)}, header {str('header' in options.flags).lower()}, {quoting})"
    )


def _write_manifest(
    files: list[tuple[S3Object, int]], columns: list[_Column], prefix: str, options: _Options, root: Path
) -> None:
    entries = [
        {
            "url": file.uri,
            "meta": {"content_length": file.size, **({"record_count": count} if options.verbose else {})},
        }
        for file, count in files
    ]
    content: dict[str, object] = {"entries": entries}
    if options.verbose:
        content["schema"] = {"elements": [_element(column) for column in columns]}
        content["meta"] = {
            "content_length": sum(file.size for file, _ in files),
            "record_count": sum(count for _, count in files),
        }
        content["author"] = {"name": "Amazon Redshift", "version": "1.0.0"}
    target = locate(f"{prefix}manifest", root)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content), encoding="utf-8")


def _element(column: _Column) -> dict[str, object]:
    kind: dict[str, object] = {"base": column.type.name}
    if column.type.is_text:
        kind["max_length"] = column.type.size
    elif column.type.is_decimal:
        kind |= {"precision": column.type.size, "scale": column.type.scale}
    return {"name": column.name, "type": kind}
