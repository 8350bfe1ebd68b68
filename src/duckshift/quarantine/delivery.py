"""Mended records as new landing files, which the source could have written: what is there is never changed.

Where a file lies and what it is called says which delivery its records belong to: that of the rejected ones.
So a later delivery of the source supersedes a replay as it would have superseded the record.
"""

import gzip
import hashlib
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb

from duckshift.contract import Entity
from duckshift.errors import UserError
from duckshift.landing import write_file, write_file_manifest
from duckshift.landing_places import REPLAY_COLUMN
from duckshift.quarantine.mending import Mended
from duckshift.warehouse_code import entity_mapping, give_unzipping, landing_plugin, record_sql

PRODUCED_AT = re.compile(r"\.(\d{8}T\d{6}Z)\.\w+$")
REVISION = re.compile(r"\.r(\d+)(?:-replay-[0-9a-f]+)?\.\w+$")
RECEIPTS = "_replays"
"""Below the landing root: what was replayed, for people; names that begin with _ are no data."""


@dataclass(frozen=True)
class Draft:
    """A file to be delivered."""

    path: str
    content: bytes
    line_of: dict[int, int]  # line by reject key
    revision: int = 1
    replay: str = ""


def group_of(entity: Entity, mended: Mended) -> str:
    """Return what the records of one new file have in common: the delivery that they belong to."""
    file = mended.reject.file
    if entity.delivery == "latest_version":
        return produced_at(file)
    if entity.delivery == "latest_revision":
        return f"{PurePosixPath(file).parent}#{_revision(file)}"
    return file if entity.delivery == "full_dump" else ""


def deliver(
    root: Path, entity: Entity, group: list[Mended], moment: datetime, *, is_trial: bool = False
) -> tuple[str | None, list[Mended], dict[int, str]]:
    """Write the records of a group that the warehouse would load.

    Returns the new file (None if no record passes), the records in it, and by key why the others do not.
    """
    draft = draft_file(root, entity, group, moment)
    reasons = judge(entity, draft)
    refused = {
        item.reject.key: reasons[draft.line_of[item.reject.key]]
        for item in group
        if draft.line_of[item.reject.key] in reasons
    }
    passing = [item for item in group if item.reject.key not in refused]
    if entity.delivery == "full_dump" and reasons:
        # A row that is missing from a dump would read as withdrawn.
        other = f"line {min(reasons)} of its dump is rejected too: mend all of them in one call"
        return None, [], {item.reject.key: refused.get(item.reject.key, other) for item in group}
    if not passing:
        return None, [], refused
    if refused:
        draft = draft_file(root, entity, passing, moment)
    if not is_trial:
        write_draft(root, entity, draft, moment)
        _write_receipt(root, entity, draft, passing, moment)
    return draft.path, passing, refused


def draft_file(root: Path, entity: Entity, group: list[Mended], moment: datetime) -> Draft:
    """Return the file that delivers the records of one group."""
    line_of = {item.reject.key: number for number, item in enumerate(group, 1)}
    if entity.delivery == "full_dump":
        content, line_of = _whole_dump(root, entity, group)
    elif entity.file_format == "csv":
        content, line_of = _csv(group), {key: number + 1 for key, number in line_of.items()}
    elif entity.file_format == "json":
        content = b"".join(_json_line(item) for item in group)
    else:
        content = _parquet(entity, group)
    digest = hashlib.sha256(content).hexdigest()[:12]
    if entity.compression == "gzip":
        content = gzip.compress(content, mtime=0)
    path, revision = place(entity, group[0].reject.file, digest, moment)
    return Draft(path, content, line_of, revision, f"-replay-{digest}")


def place(entity: Entity, origin: str, digest: str, moment: datetime) -> tuple[str, int]:
    """Return path and revision of a file that stands for what lies in `origin`."""
    name = f"replay-{digest}"
    if entity.delivery == "latest_revision":
        revision = _revision(origin)
        return f"{PurePosixPath(origin).parent}/sales.r{revision}-{name}.{entity.suffix}", revision
    if entity.delivery == "event_stream":
        return f"{entity.path}/{moment:%Y/%m/%d/%H}/{name}.{entity.suffix}", 1
    if entity.delivery == "change_log":
        return f"{entity.path}/{moment:%Y/%m/%d}/{name}.{entity.suffix}", 1
    produced = produced_at(origin)
    return f"{entity.path}/dt={moment:%Y-%m-%d}/{entity.name}-{name}.{produced}.{entity.suffix}", 1


def judge(entity: Entity, draft: Draft) -> dict[int, str]:
    """Return the lines that the warehouse would reject, with the reason.

    Raises UserError if it would hold the file as a whole.
    """
    moment = datetime(2000, 1, 1)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder)
        write_draft(trial, entity, draft, moment)
        plugin = landing_plugin()
        found = json.loads(plugin.landing_probe(str(trial), draft.path, json.dumps(entity_mapping(entity))))
        if found["state"] != "ready":
            raise UserError(f"{draft.path} would be held: it {found['reason']}", 1)
        with duckdb.connect() as connection:
            give_unzipping(connection)
            item = {"file": draft.path, "columns": found["columns"]}
            rows = connection.execute(
                f"select _line, _reason from ({record_sql(trial, entity, [item])}) where _status = 'rejected'"
            ).fetchall()
    return {int(line): str(reason) for line, reason in rows}


def write_draft(root: Path, entity: Entity, draft: Draft, moment: datetime) -> None:
    """Write a file, and the manifest without which it would wait."""
    file = root / draft.path
    write_file(file, draft.content)
    if entity.needs_manifest:
        records = sum(bool(line.strip()) for line in draft.content.split(b"\n")) - 1
        write_file_manifest(
            file, records=records, produced_at=moment, revision=draft.revision, replay=draft.replay
        )


def receipts(root: Path, path: str) -> dict[int, str]:
    """Return the file in which each reject of an entity was delivered again, by its key.

    Raises UserError if a receipt cannot be read: without it a record would be delivered twice.
    """
    delivered: dict[int, str] = {}
    for receipt in sorted((root / RECEIPTS / path).glob("*.json")):
        try:
            told = json.loads(receipt.read_text(encoding="utf-8"))
            file, keys = str(told["file"]), [int(record["reject_key"]) for record in told["records"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{receipt} is no receipt of a replay: restore it, or take it away") from error
        if (root / file).exists():
            delivered |= dict.fromkeys(keys, file)
    return delivered


def write_receipt(root: Path, path: str, file: str, moment: datetime, records: list[dict[str, Any]]) -> None:
    """Note where each record of a new file came from; without values, which stay in the file.

    So `records` say the kind of their reason: the reason itself quotes a value.
    """
    receipt = {"file": file, "as_of": moment.isoformat(), "records": records}
    name = hashlib.sha256(file.encode()).hexdigest()[:12]
    write_file(root / RECEIPTS / path / f"{name}.json", (json.dumps(receipt, indent=2) + "\n").encode())


def _write_receipt(root: Path, entity: Entity, draft: Draft, group: list[Mended], moment: datetime) -> None:
    records = [
        {
            "reject_key": item.reject.key,
            "file": item.reject.file,
            "line": item.reject.line,
            "reason_kind": item.reject.reason_kind,
            "changed": item.changed,
        }
        for item in group
    ]
    write_receipt(root, entity.path, draft.path, moment, records)


def quoted(column: str) -> str:
    """Return the name of a column as it stands in SQL."""
    escaped = column.replace('"', '""')
    return f'"{escaped}"'


def produced_at(file: str) -> str:
    """Return when a file was produced, by its name; raises UserError if that does not say."""
    match = PRODUCED_AT.search(file)
    if match is None:
        raise UserError(f"{file} has no <produced_at> in its name: ask the source for the record")
    return match.group(1)


def _revision(file: str) -> int:
    match = REVISION.search(file)
    return int(match.group(1)) if match else 1


def _csv(group: list[Mended]) -> bytes:
    names = list(dict.fromkeys(name for item in group for name in item.values if name != REPLAY_COLUMN))
    rows = [[*names, REPLAY_COLUMN]]
    rows += [[*(item.values.get(name) or "" for name in names), str(item.reject.key)] for item in group]
    return _csv_text(rows)


def _csv_text(rows: Iterable[list[str]]) -> bytes:
    return "".join(",".join(row) + "\n" for row in rows).encode()


def _json_line(item: Mended) -> bytes:
    values = item.values | {REPLAY_COLUMN: str(item.reject.key)}
    return (json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _whole_dump(root: Path, entity: Entity, group: list[Mended]) -> tuple[bytes, dict[int, int]]:
    """Return a dump again, with the mended records at their lines."""
    file = root / group[0].reject.file
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise UserError(
            f"{group[0].reject.file} is not in the landing zone any more: ask the source"
        ) from error
    if entity.file_format == "csv":
        header = [name.strip().lower() for name in lines[0].decode("utf-8-sig", "replace").split(",")]
        write: Callable[[Mended], bytes] = lambda item: _csv_text(  # noqa: E731 - one of two ways to write a line
            [[*(item.values.get(name) or "" for name in header), str(item.reject.key)]]
        ).rstrip(b"\n")
        rest = [line.rstrip(b"\r") + b"," if line.strip() else line for line in lines[1:]]
        lines = [lines[0].rstrip(b"\r") + b"," + REPLAY_COLUMN.encode(), *rest]
    else:
        write = lambda item: _json_line(item).rstrip(b"\n")  # noqa: E731
    line_of = {item.reject.key: item.reject.line or 0 for item in group}
    for item in group:
        lines[line_of[item.reject.key] - 1] = write(item)
    return b"\n".join(lines), line_of


def _parquet(entity: Entity, group: list[Mended]) -> bytes:
    """Return the rows as Parquet, values as texts: the warehouse judges and casts them as it does in CSV.

    What the records hold beyond the contract follows its columns.
    """
    kinds = {column.name: column.data_type for column in entity.change_columns}
    additional = sorted({name for item in group for name in item.values} - {REPLAY_COLUMN})
    names = list(dict.fromkeys([*(column.name for column in entity.columns), *kinds, *additional]))
    columns = defaultdict(
        lambda: "varchar", {name: kind for name, kind in kinds.items() if kind == "timestamp"}
    )
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        listed = ", ".join(f"{quoted(name)} varchar" for name in [*names, REPLAY_COLUMN])
        connection.execute(f"create table replay ({listed})")
        for item in group:
            row = [item.values.get(name) for name in names] + [str(item.reject.key)]
            connection.execute(f"insert into replay values ({', '.join('?' * len(row))})", row)
        selected = ", ".join(
            f"try_cast({quoted(name)} as {columns[name]}) as {quoted(name)}" for name in names
        )
        file = Path(folder) / "replay.parquet"
        connection.execute(
            f"copy (select {selected}, \"{REPLAY_COLUMN}\" from replay) to '{file}' (format parquet)"
        )
        return file.read_bytes()
