"""Files that are held as a whole: looked at again when the contract changed, or delivered with new names."""

import json
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import duckdb

from duckshift.contract import Entity
from duckshift.errors import UserError
from duckshift.landing_places import REPLAY_COLUMN
from duckshift.quarantine.delivery import Draft, judge, place, quoted, write_draft, write_receipt
from duckshift.quarantine.mending import NotMended, header_of
from duckshift.quarantine.rejects import Reject
from duckshift.warehouse_code import entity_mapping, landing_plugin


def may_be_looked_at_again(
    database: Path, root: Path, entity: Entity, reject: Reject, *, is_trial: bool
) -> bool:
    """Let the next build open a held file again if it would load it now; return whether it would.

    A build opens a file again only when its size or time changed; that the contract did, it does not see.
    """
    if reject.kind not in {"contract_break", "unreadable"} or not (root / reject.file).is_file():
        return False
    found = json.loads(
        landing_plugin().landing_probe(str(root), reject.file, json.dumps(entity_mapping(entity)))
    )
    if found["state"] != "ready":
        return False
    if not is_trial:
        try:
            with duckdb.connect(str(database)) as connection:
                connection.execute(
                    "update ops.landed_objects set state = 'waiting', reason = 'waits for the next build'"
                    " where file = ? and state in ('contract_break', 'unreadable')",
                    [reject.file],
                )
        except duckdb.IOException as error:
            raise UserError(f"{database} is in use: try again when nothing else has it open") from error
    return True


def deliver_renamed(
    root: Path, entity: Entity, reject: Reject, renames: dict[str, str], moment: datetime, *, is_trial: bool
) -> tuple[str, int]:
    """Deliver a held file again with columns called as the contract calls them; return file and records.

    `renames` gives the found name by the contract's. Raises NotMended if the file has none of the names, or
    would be held again.
    """
    if entity.file_format == "csv":
        content, records = _renamed_csv(root, reject, renames)
    elif entity.file_format == "parquet":
        content, records = _renamed_parquet(root, reject, renames)
    else:
        raise NotMended(f"{reject.reason} (columns of JSON are mended record by record)")
    # The same for the same file and names, whatever the version of the writer.
    digest = f"{reject.key:015x}"[:12]
    try:
        path, revision = place(entity, reject.file, digest, moment)
        draft = Draft(path, content, {}, revision, f"-replay-{digest}")
        judge(entity, draft)
    except UserError as error:
        raise NotMended(str(error)) from error
    if not is_trial:
        write_draft(root, entity, draft, moment)
        told = {
            "reject_key": reject.key,
            "file": reject.file,
            "reason_kind": reject.reason_kind,
            "changed": sorted(renames),
        }
        write_receipt(root, entity.path, path, moment, [told])
    return path, records


def _renamed(found: list[str], renames: dict[str, str]) -> list[str]:
    wanted = {name: target for target, name in renames.items()}
    if not set(found) & set(wanted):
        raise NotMended(f"has no column {', '.join(sorted(wanted))} (found: {', '.join(found)})")
    return [wanted.get(name, name) for name in found]


def _renamed_csv(root: Path, reject: Reject, renames: dict[str, str]) -> tuple[bytes, int]:
    header = _renamed(header_of(root, reject.file), renames)
    lines = [
        line.rstrip(b"\r") for line in (root / reject.file).read_bytes().split(b"\n")[1:] if line.strip()
    ]
    rows = [line + b"," + str(reject.key).encode() for line in lines]
    return b"".join(line + b"\n" for line in [",".join([*header, REPLAY_COLUMN]).encode(), *rows]), len(rows)


def _renamed_parquet(root: Path, reject: Reject, renames: dict[str, str]) -> tuple[bytes, int]:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        # Under a plain name: that of the file may be one that DuckDB reads as a pattern.
        origin, file = Path(folder) / "held.parquet", Path(folder) / "replay.parquet"
        try:
            shutil.copyfile(root / reject.file, origin)
            return _write_renamed(connection, origin, file, renames, reject.key)
        except OSError as error:
            raise NotMended("its file is not in the landing zone any more: ask the source") from error
        except duckdb.Error as error:
            raise NotMended(f"{reject.reason} (it is no readable Parquet)") from error


def _write_renamed(
    connection: duckdb.DuckDBPyConnection, origin: Path, file: Path, renames: dict[str, str], key: int
) -> tuple[bytes, int]:
    described = connection.execute(f"describe select * from read_parquet('{origin}')").fetchall()
    found = [str(row[0]) for row in described]
    listed = ", ".join(
        f"{quoted(old)} as {quoted(new)}" for old, new in zip(found, _renamed(found, renames), strict=True)
    )
    connection.execute(
        f"copy (select {listed}, '{key}' as {REPLAY_COLUMN} from read_parquet('{origin}'))"
        f" to '{file}' (format parquet)"
    )
    [(records,)] = connection.execute(f"select count(*) from read_parquet('{file}')").fetchall()
    return file.read_bytes(), int(records)
