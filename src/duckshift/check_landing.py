"""What in a landing zone breaks the landing contract, file by file, and how to mend it.

The judgement is the warehouse's own (see `warehouse_code`): the landing plugin says which files are held, the
bronze SQL says which records are rejected. Added here is what the warehouse has no use for: near matches, the
remedy, and breaks of the contract that do not stop the warehouse.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from duckshift.column_types import FULL, fit
from duckshift.contract import Entity, landing_contract
from duckshift.errors import first_line
from duckshift.findings import HOLDS, INFORMS, REJECTS, WARNS, Finding, Report, count_of
from duckshift.landing_places import REPLAY_COLUMN, nearest, place_in_words
from duckshift.warehouse_code import (
    LandedFile,
    entity_mapping,
    give_unzipping,
    landing_files,
    landing_plugin,
    record_sql,
)

BATCH_BYTES = 64 * 1024 * 1024  # of text that is read at once

# Reasons that the warehouse gives for a rejected record: kind, regular expression, remedy.
REJECTIONS = (
    ("encoding", "no UTF-8$", "write the file in UTF-8"),
    (
        "fields",
        r"^\d+ fields? expected, found",
        "write as many fields as the header has, and no comma, quote or line break within a value",
    ),
    ("not_an_object", "no JSON object$", "write one JSON object per line"),
    ("too_long", "^the .* 65,535 bytes", "shorten it at the source; Redshift holds no longer text"),
    ("null_character", "(^the line|: the value) holds a null character$", "leave the null character out"),
    ("required", "is required$", "fill it at the source"),
    ("folder", ": its folder is that of another,", "write it to the folder that is named like it"),
    ("value", " expected", ""),
)
# How a value is written, by the first word of its type.
FORMS = {
    "integer": "write digits only, such as 12",
    "bigint": "write digits only, such as 12",
    "decimal": "write digits with a point and no more decimals than that, such as 12.5",
    "date": "write a day of the calendar as YYYY-MM-DD",
    "timestamp": "write YYYY-MM-DD HH:MM:SS",
    "boolean": "write true or false",
    "varchar": "shorten it; the length counts bytes",
}
Track = Callable[[Iterable[str], int], Iterable[str]]


def check(root: Path, limit: int = 3, track: Track | None = None) -> Report:
    """Judge every file below a landing root; keep the first `limit` rejected records of a kind per file.

    `track` is given the files and their number, and yields the files as they pass (a progress bar). Raises
    UserError if the root cannot be read or is empty.
    """
    sizes = {str(item["file"]): int(item["bytes"]) for item in landing_files(root)}
    entities = {entity.path: entity for entity in landing_contract().values()}
    homes = {file: entities.get("/".join(file.split("/")[:2])) for file in sizes}
    known = {file: entity for file, entity in homes.items() if entity is not None}
    report = Report(root=str(root), files=len(sizes))
    for file in sizes:
        if homes[file] is None:
            report.add(_unknown(file, entities))
    ready: dict[str, list[LandedFile]] = defaultdict(list)
    for file, probe in _probes(root, known, track):
        findings = list(_judge_file(root, file, known[file], probe))
        for finding in findings:
            report.add(finding)
        if all(finding.effect != HOLDS for finding in findings):
            ready[known[file].path].append({"file": file, "columns": probe["columns"], "bytes": sizes[file]})
    for path, files in sorted(ready.items()):
        _judge_columns(report, entities[path], files)
        for batch in _batches(entities[path], files):
            _judge_records(report, root, entities[path], batch, limit)
    return report


def _probes(
    root: Path, files: dict[str, Entity], track: Track | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what the landing plugin says of each file."""
    probe = landing_plugin().landing_probe
    contracts = {entity.path: json.dumps(entity_mapping(entity)) for entity in files.values()}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda item: probe(str(root), item[0], contracts[item[1].path]), files.items())
        passing = track(files, len(files)) if track else files
        for file, answer in zip(passing, answers, strict=True):
            yield file, json.loads(answer)


def _unknown(file: str, entities: dict[str, Entity]) -> Finding:
    near = nearest("/".join(file.split("/")[:2]), list(entities), 0.5)
    remedy = (
        f"nearest is {place_in_words(entities[near])}"
        if near
        else "move it away, or begin its name with _ (files lie below <source>/<entity>/ of the contract)"
    )
    return Finding(file, "unknown_file", HOLDS, "belongs to no entity of the landing contract", remedy)


def _judge_file(root: Path, file: str, entity: Entity, probe: dict[str, Any]) -> Iterator[Finding]:
    """Say why the warehouse holds a file."""
    if probe["state"] == "ready":
        return
    if str(probe["reason"]).startswith("lacks required column"):
        # Its columns were read: a file that is held for its name or place may not be readable at all.
        yield from _missing_columns(root, file, entity)
        return
    # The plugin names the remedy after a colon, if it knows one.
    reason, _, remedy = str(probe["reason"]).rpartition(": ")
    kind = str(probe["state"])
    if kind == "waiting":
        kind = "manifest" if entity.needs_manifest else "reload"
    elif reason.startswith("lies"):
        kind, remedy = "place", f"expected {place_in_words(entity)}"
    yield Finding(file, kind, HOLDS, reason or remedy, remedy if reason else "")


def _first_line(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.readline()


def _columns_of(path: Path, entity: Entity) -> list[str]:
    if entity.file_format == "csv":
        header = _first_line(path).decode("utf-8-sig", errors="backslashreplace")
        return [name.strip().lower() for name in header.split(",")]
    with duckdb.connect() as connection:
        described = connection.execute("describe select * from read_parquet(?)", [str(path)])
        return [str(row[0]) for row in described.fetchall()]


def _missing_columns(root: Path, file: str, entity: Entity) -> list[Finding]:
    """Name each required column that a file lacks, and the column that may be meant."""
    contract = entity_mapping(entity)
    found = _columns_of(root / file, entity)
    is_change_file = entity.delivery == "change_log" and "LOAD" not in Path(file).name
    wanted = [*contract["required"], *(contract["change_columns"] if is_change_file else [])]
    missing = [name for name in wanted if name not in found]
    known = [*contract["columns"], *contract["change_columns"]]
    renames = landing_plugin().likely_renames(missing, found, known)
    findings = []
    for name in missing:
        near = renames.get(name)
        hint = f": found '{near}', did you mean {name}?" if near else f" (found: {', '.join(found)})"
        remedy = f"{'call it' if near else 'deliver'} {name} in a file with a new name"
        reason = f"required column {name} is missing{hint}"
        findings.append(Finding(file, "missing_column", HOLDS, reason, remedy))
    return findings


def _judge_columns(report: Report, entity: Entity, files: list[LandedFile]) -> None:
    """Tell, once per entity, of columns beyond the contract and of Parquet types that need conversion."""
    expected = {column.name: column.data_type for column in entity.columns}
    change_columns = [column.name for column in entity.change_columns]
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for item in files:
        for column in item["columns"]:
            seen[str(column["name"]), str(column["type"])] += 1
    absent = [name for name in expected if name not in {found for found, _ in seen}]
    for (name, kind), count in sorted(seen.items()):
        if name in change_columns or name == REPLAY_COLUMN:
            continue
        if name not in expected:
            near = nearest(name, absent, 0.7)
            reason = f"additional column {name} in {count_of(count, 'file')}"
            remedy = f"did you mean {near}?" if near else "it is kept in the column _extra of bronze"
            report.add(Finding(entity.path, "additional_column", INFORMS, reason, remedy))
        elif entity.file_format == "parquet" and fit(name, kind, expected[name]) != FULL:
            reason = (
                f"column {name} is {kind} in {count_of(count, 'file')}, the contract says {expected[name]}"
            )
            remedy = "each value is converted, and its record rejected if it does not fit"
            report.add(Finding(entity.path, "column_type", INFORMS, reason, remedy))


def _batches(entity: Entity, files: list[LandedFile]) -> Iterator[list[LandedFile]]:
    """Cut text into batches that fit in memory; Parquet is read as the warehouse reads it, all at once."""
    batch: list[LandedFile] = []
    most = BATCH_BYTES // entity.inflation
    for item in files:
        if entity.file_format != "parquet" and sum(each["bytes"] for each in batch) > most:
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


def _judge_records(report: Report, root: Path, entity: Entity, files: list[LandedFile], limit: int) -> None:
    """Let the warehouse's SQL read the files, and note the records that it rejects."""
    with duckdb.connect() as connection:
        give_unzipping(connection)
        try:
            connection.execute(
                "create temp table judged as select _file, _line, _status, _reason"
                f" from ({record_sql(root, entity, files)}) as records"
            )
        except duckdb.Error as error:
            _judge_apart(report, root, entity, files, limit, error)
            return
        records = {
            str(file): (int(count), int(rejected))
            for file, count, rejected in connection.execute(
                "select _file, count(*), count(*) filter (_status = 'rejected') from judged group by _file"
            ).fetchall()
        }
        _add_rejections(report, connection, limit)
    for item in files:
        file = str(item["file"])
        count, rejected = records.get(file, (0, 0))
        report.records += count
        report.rejected += rejected
        if rejected and entity.delivery == "full_dump":
            reason = "a record of it is rejected, and a row that is missing would read as withdrawn"
            report.add(Finding(file, "full_dump", HOLDS, reason, "mend it and deliver the whole dump again"))
        if entity.needs_manifest:
            _judge_manifest(report, root / file, file, count)


def _add_rejections(report: Report, connection: duckdb.DuckDBPyConnection, limit: int) -> None:
    kinds = " ".join(f"when regexp_matches(_reason, '{how}') then '{kind}'" for kind, how, _ in REJECTIONS)
    rows = connection.execute(
        f"""
        select _file, kind, _line, _reason, count(*) over (partition by _file, kind)
        from (select *, case {kinds} else 'record' end as kind from judged where _status = 'rejected')
        qualify row_number() over (partition by _file, kind order by _line) <= {max(limit, 1)}
        order by _file, kind, _line
        """
    ).fetchall()
    for file, kind, line, reason, count in rows:
        finding = Finding(file, kind, REJECTS, reason, _remedy(kind, reason), line)
        report.add(finding, 0 if (file, kind) in report.counts else count)


def _remedy(kind: str, reason: str) -> str:
    if kind == "value":
        expected = re.search(r"^\w+: ([a-z]+)", reason)
        return FORMS.get(expected.group(1), "") if expected else ""
    return next((remedy for name, _, remedy in REJECTIONS if name == kind), "")


def _judge_apart(
    report: Report, root: Path, entity: Entity, files: list[LandedFile], limit: int, error: duckdb.Error
) -> None:
    """Find the file that makes the statement fail for all; blame the lot if each can be read by itself."""
    reason = first_line(error)
    if len(files) == 1:
        report.add(
            Finding(files[0]["file"], "unreadable", HOLDS, f"cannot be read ({reason})", "deliver it again")
        )
        return
    before = len(report.held)
    for item in files:
        _judge_records(report, root, entity, [item], limit)
    if len(report.held) == before:
        remedy = "deliver every file with the types of the contract"
        reason = f"its files cannot be read together ({reason})"
        report.add(Finding(entity.path, "column_type", HOLDS, reason, remedy))


def _judge_manifest(report: Report, path: Path, file: str, records: int) -> None:
    """Compare the count; that the checksum is right the plugin has said already."""
    name = landing_plugin().manifest_name(path)
    manifest = path.with_name(name)
    stated = json.loads(manifest.read_text(encoding="utf-8")).get("records") if manifest.is_file() else None
    if stated != records:
        reason = f"{name} counts {stated} records, the file has {records}"
        report.add(Finding(file, "manifest", WARNS, reason, "export the file and its manifest again"))
