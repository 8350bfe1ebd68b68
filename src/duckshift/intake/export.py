"""The records of new landing files as Parquet, laid out for COPY and for external tables."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from duckshift.contract import Entity
from duckshift.errors import UserError, first_line
from duckshift.intake.object_store import StoredObject, join
from duckshift.intake.scratch import OBJECTS, Scratch
from duckshift.warehouse_code import LandedFile, intake_columns, line_sql, record_sql

# Of landing files that one statement reads: bounds its memory, and the size of what it writes. AWS advises
# files of 1 MB to 1 GB after compression for COPY.
BATCH_BYTES = 256 * 1024 * 1024
# The partition of what has no day of arrival: a full load.
NO_DAY = "1900-01-01"


@dataclass(frozen=True)
class Export:
    """What one intake hands over of one entity."""

    entity: Entity
    manifest: str  # address of the COPY manifest
    columns: list[dict[str, str]]  # name and data_type of the Parquet files' columns, in order
    files: list[str]  # below the landing root
    objects: list[StoredObject]
    records: int
    first_day: date
    last_day: date

    def manifest_text(self) -> str:
        """Return the manifest for COPY, which wants the length of each Parquet file."""
        entries = [
            {"url": item.url, "mandatory": True, "meta": {"content_length": item.bytes}}
            for item in self.objects
        ]
        return json.dumps({"entries": entries}, indent=1) + "\n"


def export_records(
    scratch: Scratch, intake_url: str, batch: str, progress: Callable[[str], None]
) -> Iterator[Export]:
    """Write the records of what has not been taken in, entity by entity, as Parquet below the scratch folder.

    An object's address is <intake_url>/<source>/<entity>/arrival_date=YYYY-MM-DD/<batch>-<n>-<i>.parquet.
    Raises UserError if a file that was readable a moment ago is not any more.
    """
    for entity, files in scratch.new_files().items():
        progress(f"writing {entity.path}: {len(files):,} files")
        try:
            yield _export(scratch, entity, files, intake_url, batch)
        except duckdb.Error as error:
            raise UserError(
                f"{entity.path} cannot be read ({first_line(error)}): "
                "nothing was taken in; if a file is being changed, run again when it is complete"
            ) from error


def _export(scratch: Scratch, entity: Entity, files: list[LandedFile], intake_url: str, batch: str) -> Export:
    manifest = join(intake_url, "_manifests", entity.source, entity.name, f"{batch}.manifest")
    columns = intake_columns(entity)
    folder = scratch.folder / "out" / entity.source / entity.name
    folder.mkdir(parents=True)
    names = [str(item["file"]) for item in files]
    days = (
        scratch.connection.execute(
            f"create or replace temp table arrivals as"
            f" select file, coalesce(cast(landed_at as date), date '{NO_DAY}') as arrival_date"
            f" from {OBJECTS} where file in (select unnest(?))",
            [names],
        )
        .execute("select min(arrival_date), max(arrival_date) from arrivals")
        .fetchone()
    )
    assert days is not None
    records = 0
    for number, part in enumerate(_parts(files, BATCH_BYTES // entity.inflation), start=1):
        read = line_sql if entity.file_format != "parquet" else record_sql
        typed = ", ".join(
            f"'{manifest}' as _manifest"
            if item["name"] == "_manifest"
            else f"cast(records.{item['name']} as {item['data_type']}) as {item['name']}"
            for item in columns
        )
        written = scratch.connection.execute(
            f"""
            copy (
                select {typed}, arrivals.arrival_date
                from ({read(scratch.zone.root, entity, part)}) as records
                inner join arrivals
                    on records._file = arrivals.file
                order by arrival_date, _file, _line
            ) to '{folder}' (
                format parquet, partition_by (arrival_date), filename_pattern '{batch}-{number}-{{i}}',
                overwrite_or_ignore, compression snappy, parquet_version v1
            )
            """
        ).fetchone()
        records += int(written[0]) if written else 0
    return Export(
        entity=entity,
        manifest=manifest,
        columns=columns,
        files=names,
        objects=_objects(folder, join(intake_url, entity.source, entity.name)),
        records=records,
        first_day=days[0],
        last_day=days[1],
    )


def _parts(files: list[LandedFile], most: int) -> Iterator[list[LandedFile]]:
    """Cut files into lists of at most so many bytes; the macros take what was found in a file as a list."""
    part: list[LandedFile] = []
    size = 0
    for item in files:
        if part and size + int(item["bytes"]) > most:
            yield part
            part, size = [], 0
        part.append({"file": item["file"], "columns": json.loads(item["columns"] or "[]")})
        size += int(item["bytes"])
    yield part


def _objects(folder: Path, url: str) -> list[StoredObject]:
    return [
        StoredObject(path, join(url, path.relative_to(folder).as_posix()), path.stat().st_size)
        for path in sorted(folder.rglob("*.parquet"))
    ]
