"""The one place that writes files below a landing root, in the form that the landing contract asks for.

Landing is immutable: a file that exists is left as it is, and a file appears only when it is whole (it is
written under another name first). An interrupted writer is therefore simply started again.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from duckshift.contract import Column, Entity
from duckshift.errors import UserError

Progress = Callable[[Path], None]

UNDECODABLE = "\ue0ff"
"""A private-use character that `write_text_files` turns into the single byte FF, which is not UTF-8."""

_PENDING = ".pending"  # no pattern of the contract matches a name that ends so
_SORTED = "_landing_rows"


@dataclass(frozen=True)
class FileShape:
    """How an older file differs from the contract.

    `without` names columns that did not exist yet, `types` gives the SQL type that a column had before.
    """

    without: frozenset[str] = frozenset()
    types: dict[str, str] = field(default_factory=dict)


_AS_IN_CONTRACT = FileShape()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _pending(path: Path) -> Path:
    return path.with_name(f".{path.name}{_PENDING}")


def _target(root: Path, relative: str) -> Path:
    if relative.startswith("/") or ".." in relative.split("/"):
        raise UserError(f"{relative} is no path below the landing root")
    return root / relative


def _select_list(columns: tuple[Column, ...], shape: FileShape) -> str:
    written = [column.name for column in columns if column.name not in shape.without]
    return ", ".join(
        f"cast({_quoted(name)} as {shape.types[name]}) as {_quoted(name)}"
        if name in shape.types
        else _quoted(name)
        for name in written
    )


def _cast_list(columns: tuple[Column, ...]) -> str:
    return ", ".join(
        f"cast({_quoted(column.name)} as {column.data_type}) as {_quoted(column.name)}" for column in columns
    )


@contextmanager
def _one_thread(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    # A small COPY takes half as long on one thread as on two, and one thread keeps the order of the rows.
    before = connection.execute("select current_setting('threads')").fetchall()[0][0]
    connection.execute("set threads = 1")
    try:
        yield
    finally:
        connection.execute(f"set threads = {int(before)}")


def write_parquet_files(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    entity: Entity,
    root: Path,
    *,
    shape_of: Callable[[str], FileShape] | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the rows of `query` as the Parquet files of one entity.

    The query yields the columns of the entity (for a change log also Op, _commit_ts and _change_seq) in any
    order, `_path` (the file, relative to `root`) and `_position` (order within the file, unique there).
    Columns are cast to the types of the contract; other columns are not written. `shape_of` gives the shape
    of a file by its `_path`, for older files that lack a column or have a narrower type.

    Returns the files in order of `_path`, also those that existed and were left as they are. `progress` is
    called with every file. Equal rows give equal bytes. Meanwhile no other thread may use the connection.
    """
    columns = entity.columns + entity.change_columns
    # Casting here and not in each COPY halves the time: planning a COPY costs more than writing a small file.
    connection.execute(
        f"create or replace temp table {_SORTED} as"
        f" select _path, {_cast_list(columns)} from ({query}) order by _path, _position"
    )
    try:
        # The table was filled in order, so each file is one range of row numbers.
        ranges = connection.execute(
            f"select _path, min(rowid), max(rowid) from {_SORTED} group by _path order by _path"
        ).fetchall()
        files: list[Path] = []
        with _one_thread(connection):
            for relative, first, last in ranges:
                file = _target(root, relative)
                if not file.exists():
                    file.parent.mkdir(parents=True, exist_ok=True)
                    selected = _select_list(columns, shape_of(relative) if shape_of else _AS_IN_CONTRACT)
                    connection.execute(
                        f"copy (select {selected} from {_SORTED} where rowid between {first} and {last})"
                        f" to {_literal(str(_pending(file)))} (format parquet)"
                    )
                    _pending(file).replace(file)
                files.append(file)
                if progress:
                    progress(file)
        return files
    finally:
        connection.execute(f"drop table if exists {_SORTED}")


def write_file(file: Path, content: bytes) -> None:
    """Write one file whole, unless it exists."""
    if file.exists():
        return
    pending = _pending(file)
    try:
        pending.write_bytes(content)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        pending.write_bytes(content)
    pending.replace(file)


def write_text_files(
    connection: duckdb.DuckDBPyConnection, query: str, root: Path, *, progress: Progress | None = None
) -> list[Path]:
    """Write the lines of `query` as UTF-8 text files whose lines end in LF.

    The query yields `_path` (the file, relative to `root`), `_position` (order within the file, unique there)
    and `line` (text without its line end; null for a file that shall be empty). A character UNDECODABLE in a
    line is written as the byte FF.

    Returns the files in order of `_path`, also those that existed and were left as they are. `progress` is
    called with every file.
    """
    rows = connection.execute(
        "select _path, string_agg(line || chr(10), '' order by _position)"
        f" from ({query}) group by _path order by _path"
    )
    marker = UNDECODABLE.encode()
    files: list[Path] = []
    while batch := rows.fetchmany(500):
        for relative, text in batch:
            file = _target(root, relative)
            write_file(file, (text or "").encode().replace(marker, b"\xff"))
            files.append(file)
            if progress:
                progress(file)
    return files


def _write_json(file: Path, value: dict[str, object]) -> Path:
    write_file(file, (json.dumps(value, indent=2) + "\n").encode())
    return file


def write_file_manifest(
    file: Path, *, records: int, produced_at: datetime, revision: int = 1, replay: str = ""
) -> Path:
    """Write the manifest of one delivered file beside it and return its path.

    `records` counts the lines that are neither header nor blank; `produced_at` is UTC. Revision 1 is
    `_manifest.json`, a later one `_manifest.r<revision>.json`, that of a replay
    `_manifest.r<revision><replay>.json`. The checksum is that of the file as it lies.
    """
    name = "_manifest.json" if revision == 1 and not replay else f"_manifest.r{revision}{replay}.json"
    return _write_json(
        file.with_name(name),
        {
            "file": file.name,
            "records": records,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "produced_at": produced_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "revision": revision,
        },
    )


def reload_folder(entity: Entity, arrived: datetime, checkpoint: str) -> str:
    """Return the folder of a reload, relative to the landing root."""
    return f"{entity.path}/{arrived:%Y/%m/%d}/reload-{checkpoint}"


def write_reload_manifest(folder: Path, *, complete: bool, files: int, records: int, checkpoint: str) -> Path:
    """Write the manifest of a table's reload and return its path.

    A reload replaces the table as of the change sequence `checkpoint`; it counts only if `complete`.
    """
    return _write_json(
        folder / "_manifest.json",
        {"complete": complete, "files": files, "records": records, "checkpoint": checkpoint},
    )
