"""COPY: files of S3 into a table."""

import re
from dataclasses import dataclass
from pathlib import Path

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.calls import perform
from duckshift.redshift_local.commands.tokens import Name, Reader, quote_name, quote_text
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.files import INTERNAL, S3Object, objects_under, read_manifest
from duckshift.redshift_local.loading import load_errors
from duckshift.redshift_local.loading.options import CopyOptions, read_options
from duckshift.redshift_local.loading.parquet_load import write_csv_files
from duckshift.redshift_local.loading.scratch import scratch_folder
from duckshift.redshift_local.loading.text_load import write_csv
from duckshift.redshift_local.loading.values import Column
from duckshift.redshift_local.rewriting.types import RedshiftType


@dataclass(frozen=True)
class _Target:
    """The table, and the columns that the files fill."""

    name: Name
    oid: int
    columns: list[Column]
    is_empty: bool


async def handle(statement: str, backend: Backend) -> Translation | None:
    """Load the files, and return what keeps the books of the load."""
    if not re.match(r"copy\b", statement, re.IGNORECASE):
        return None
    reader = Reader(statement)
    reader.want("copy")
    if reader.take("job"):
        raise LocalLimit("COPY JOB; list new files in a manifest")
    name = reader.name()
    listed = reader.names() if reader.peek("(") else None
    reader.want("from")
    source = reader.text()
    if not source.startswith("s3://"):
        raise LocalLimit(f"COPY FROM '{source}': only s3:// is built")
    options = read_options(reader)
    target = await _target(name, listed, options, backend)
    files = _files(source, options, backend.bucket_root)
    with scratch_folder(backend) as folder:
        if options.format == "parquet":
            lines, count = await _load_parquet(files, target, options, folder, backend)
        else:
            lines, count = await _load_text(files, target, options, folder, backend)
    return _bookkeeping(source, target, options, files, lines, count)


async def _target(name: Name, listed: list[str] | None, options: CopyOptions, backend: Backend) -> _Target:
    kinds = await backend.rows(f"select oid, relkind from pg_catalog.pg_class where oid = {name.oid_or_null}")
    if not kinds:
        raise RedshiftError(f"Cannot COPY into nonexistent table {name.relation}", "42P01")
    oid, kind = kinds[0]
    if kind != "r":
        raise RedshiftError(f'cannot copy to "{name.relation}": it is not a table', "42809")
    rows = await backend.rows(
        "select attname, rs_catalog.type_name(atttypid, atttypmod),"
        " coalesce(rs_catalog.type_length(atttypid, atttypmod),"
        " case atttypid when 1700 then rs_catalog.type_precision(atttypid, atttypmod) end),"
        " case atttypid when 1700 then rs_catalog.type_scale(atttypid, atttypmod) end, attnotnull,"
        " atthasdef, attidentity"
        f" from pg_catalog.pg_attribute where attrelid = {oid} and attnum > 0 and not attisdropped order"
        " by attnum"
    )
    known: dict[str, Column] = {}
    generated: set[str] = set()
    for column, type_name, size, scale, not_null, has_default, identity in rows:
        assert column is not None and type_name is not None
        kind_of_column = RedshiftType(
            "varbyte" if type_name == "bytea" else type_name,
            None if size is None else int(size),
            None if scale is None else int(scale),
        )
        known[column] = Column(column, kind_of_column, not_null == "t", has_default == "t")
        if identity:
            generated.add(column)
    explicit = options.has("explicit_ids")
    if listed is None:
        columns = [column for column in known.values() if column.name not in generated or explicit]
    else:
        for wanted in listed:
            if wanted not in known:
                raise RedshiftError(
                    f'column "{wanted}" of relation "{name.relation}" does not exist', "42703"
                )
        columns = [known[wanted] for wanted in listed]
    first = await backend.rows(f"select 1 from {name.sql} limit 1")
    return _Target(name, int(oid or 0), columns, not first)


def _files(source: str, options: CopyOptions, root: Path) -> list[S3Object]:
    if options.has("manifest"):
        files = read_manifest(source, root, lengths_required=options.format == "parquet")
        if not files:
            raise RedshiftError(f"No valid file found in manifest: {source}", INTERNAL)
        return files
    files = objects_under(source, root)
    if not files:
        raise RedshiftError(f"The specified S3 prefix '{source}' does not exist", INTERNAL)
    return files


async def _load_parquet(
    files: list[S3Object], target: _Target, options: CopyOptions, folder: Path, backend: Backend
) -> tuple[dict[str, int], int]:
    written, lines = write_csv_files(files, target.columns, options, target.name.relation, folder)
    count = 0
    for path in written:
        count += await _copy_in(target, path, backend)
    return lines, count


async def _load_text(
    files: list[S3Object], target: _Target, options: CopyOptions, folder: Path, backend: Backend
) -> tuple[dict[str, int], int]:
    path = folder / "rows.csv"
    outcome = write_csv(files, target.columns, options, backend.bucket_root, path)
    if outcome.errors:
        load_errors.keep(target.oid, outcome.errors, backend)
        if len(outcome.errors) >= max(options.max_error, 1):
            raise RedshiftError(
                f"Load into table '{target.name.relation}' failed.  Check 'stl_load_errors' system table"
                " for details.",
                INTERNAL,
            )
    if options.has("noload"):
        return {}, 0
    return outcome.lines, await _copy_in(target, path, backend)


async def _copy_in(target: _Target, path: Path, backend: Backend) -> int:
    columns = ", ".join(quote_name(column.name) for column in target.columns)
    return await backend.copy_in(
        f"copy {target.name.sql} ({columns}) from stdin (format csv, null '\\N')", path
    )


def _bookkeeping(
    source: str,
    target: _Target,
    options: CopyOptions,
    files: list[S3Object],
    lines: dict[str, int],
    count: int,
) -> Translation:
    rows = ", ".join(
        f"({quote_text(file.uri)}, {lines.get(file.uri, 0)}, {file.size})"
        for file in files
        if file.uri in lines
    )
    # Statistics come with the first load of a table, or when the statement says so.
    analyses = options.statupdate if options.statupdate is not None else target.is_empty
    listed = f"array[{rows}]" if rows else "array[]"
    arguments = (
        str(target.oid),
        quote_text(target.name.relation),
        quote_text(source),
        quote_text(options.format),
        f"{listed}::rs_catalog.loaded_file[]",
        str(count),
        str(analyses).lower(),
    )
    return perform(f"rs_catalog.record_load({', '.join(arguments)})", "COPY")
