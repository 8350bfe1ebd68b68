"""A dbt-duckdb plugin that looks at landing files before SQL reads them.

SQL cannot list a folder without opening the files, survive a truncated file in a list of files, nor read
the bytes of a compressed one, so three functions are given to DuckDB (the first two take and return text:
lists of structs are slow to hand over):

landing_listing(root)
    Every data file below `root` with size and time of change. Opens no file.
landing_probe(root, file, entity)
    Opens one file and says whether it can be loaded: {"state", "reason", "columns", "records", "sha256",
    "version", "landed_at"}.
landing_unzipped(content)
    The bytes of a gzip file, decompressed.

It stands outside `src/` because a warehouse must build without the `duckshift` package.
"""

import difflib
import gzip
import hashlib
import json
import os
import re
import zlib
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

READY = "ready"  # may be loaded
WAITING = "waiting"  # complete once its manifest is there
UNREADABLE = "unreadable"  # empty, truncated, of another format
CONTRACT_BREAK = "contract_break"  # readable, but not what the landing contract says

FOLDER_DAY = re.compile(
    r"/(?:dt=(\d{4})-(\d{2})-(\d{2})|year=(\d{4})/month=(\d{2})/day=(\d{2})|(\d{4})/(\d{2})/(\d{2}))/"
)
PRODUCED_AT = re.compile(r"\.(\d{8})T(\d{6})Z\.\w+$")
# A replay of rejected lines belongs to the revision that had them: sales.r1-replay-0123456789ab.csv.
REVISION = re.compile(r"\.(r(\d+)(?:-replay-[0-9a-f]+)?)\.\w+$")
RELOAD = re.compile(r"/reload-[^/]+/")
GLOB = re.compile(r"[*?\[\]]")
# Parquet types of which no value has a place in the contract's type, by its first word. Of all others each
# value is tried by itself, and its record rejected if it does not fit.
NO_PLACE = {
    **dict.fromkeys(("smallint", "integer", "bigint", "decimal"), r"BOOLEAN|DATE|TIME|INTERVAL|UUID"),
    **dict.fromkeys(("date", "timestamp"), r"BOOLEAN|.*INT|DECIMAL|DOUBLE|FLOAT|TIME\b|INTERVAL|UUID"),
    "boolean": r"DATE|TIME|INTERVAL|UUID",
}
NOT_PLAIN = re.compile(r"\[|STRUCT|MAP|BLOB|UNION")
# What DuckDB's Parquet reader adds to the columns of a file.
READER_COLUMNS = {"filename", "file_row_number"}
# Where files of an entity lie below its folder, by the way in which it is delivered.
PLACES = {
    "change_log": r"(LOAD\d{8}|\d{4}/\d{2}/\d{2}/(reload-[^/]+/LOAD\d{8}|[^/]+))",
    "latest_revision": r"year=\d{4}/month=\d{2}/day=\d{2}/store=[^/]+/sales(\.r\d+(-replay-[0-9a-f]+)?)?",
    "latest_version": r"dt=\d{4}-\d{2}-\d{2}/[^/]+",
    "full_dump": r"dt=\d{4}-\d{2}-\d{2}/[^/]+",
    # What could not be delivered lies below `processing-failed/`.
    "event_stream": r"(processing-failed/)?\d{4}/\d{2}/\d{2}/([01]\d|2[0-3])/[^/]+",
}
# What stands between two records of an event stream that have no line end between them. A string is skipped
# as a whole: within one the two characters are text.
STRINGS_AND_SEAMS = re.compile(rb'"(?:[^"\\]|\\.)*"|(\}\{)', re.DOTALL)


class Held(Exception):
    """A file that is not to be loaded: state and reason."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(reason)
        self.state = state


def landing_listing(root: str) -> str:
    """List data files as JSON: {"files": [{"file", "bytes", "modified_at"}]} or {"error": reason}.

    Names that begin with `_` or `.` are no data (manifests, ground truth, unfinished uploads).
    """
    if GLOB.search(root):
        return json.dumps({"error": "has one of * ? [ ] in its name, which would be read as a pattern"})
    if not os.path.isdir(root):  # noqa: PTH112 - os.scandir below is what makes listing quick
        return json.dumps({"error": "is not a folder"})
    files: list[dict[str, Any]] = []
    pending = [root]
    try:
        while pending:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith(("_", ".")):
                        continue
                    if entry.is_dir():
                        pending.append(entry.path)
                        continue
                    try:
                        about = entry.stat()
                    except FileNotFoundError:  # a link to nothing, or a file that has just gone
                        continue
                    name = os.path.relpath(entry.path, root).replace(os.sep, "/")
                    files.append(
                        {
                            # A name that is no UTF-8 is shown escaped; such a file is not found and not read.
                            "file": os.fsencode(name).decode("utf-8", "backslashreplace"),
                            "bytes": about.st_size,
                            "modified_at": datetime.fromtimestamp(about.st_mtime, UTC).strftime(
                                "%Y-%m-%d %H:%M:%S.%f"
                            ),
                        }
                    )
    except OSError as error:
        return json.dumps({"error": f"cannot be read ({error.strerror})"})
    files.sort(key=lambda item: str(item["file"]))
    return json.dumps({"files": files})


def landing_probe(root: str, file: str, entity: str) -> str:
    """Open one file and judge it by the entity of the landing contract (JSON as in macros/ingest)."""
    contract = json.loads(entity)
    found: dict[str, Any] = {
        "state": READY,
        "reason": None,
        "columns": [],
        "records": None,
        "sha256": None,
        "version": 1,
        "landed_at": None,
    }
    path = Path(root) / file
    try:
        _check_place(file, contract)
        found["landed_at"] = _arrival(file, contract)
        found["version"] = _version(file, contract)
        # Before the file is opened: a build with nothing new opens none, also where some wait.
        manifest = _file_manifest(path) if contract["needs_manifest"] else None
        if RELOAD.search(f"/{file}"):
            _check_reload(path, file, contract)
        found["sha256"] = sha256 = _sha256(path)
        if path.stat().st_size == 0:
            raise Held(UNREADABLE, "is empty: deliver it again")
        if contract["file_format"] == "parquet":
            found["columns"], found["records"] = _probe_parquet(path, file, contract)
        else:
            found["columns"], found["records"] = _probe_text(path, contract)
        if manifest is not None:
            found["landed_at"] = _check_manifest(manifest, sha256, manifest_name(path))
            if manifest.get("records") not in (None, found["records"]):
                counts = f"{manifest['records']} records, the file has {found['records']}"
                raise Held(WAITING, f"waits: {manifest_name(path)} says {counts}")
    except Held as held:
        # As long as the column that keeps it on Redshift, where a character has up to 4 bytes.
        found["state"], found["reason"] = held.state, str(held)[:1024]
    except OSError as error:
        found["state"], found["reason"] = UNREADABLE, f"cannot be read ({error.strerror})"
    return json.dumps(found)


def landing_unzipped(content: bytes) -> bytes:
    """Decompress a gzip file that landing_probe found whole."""
    return gzip.decompress(content)


def _suffix(contract: dict[str, Any]) -> str:
    return f"{contract['file_format']}{'.gz' if contract.get('compression') == 'gzip' else ''}"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_place(file: str, contract: dict[str, Any]) -> None:
    """Hold a file that lies or is called otherwise than its entity's files: the folder dates its arrival."""
    kind = _suffix(contract)
    if not file.endswith(f".{kind}"):
        raise Held(CONTRACT_BREAK, f"is no {kind} file by its name: rename it or take it away")
    if GLOB.search(file):
        reason = "has one of * ? [ ] in its name, which would be read as a pattern: rename it"
        raise Held(CONTRACT_BREAK, reason)
    below = file.removeprefix(f"{contract['path']}/").removesuffix(f".{kind}")
    if not re.fullmatch(PLACES[contract["delivery"]], below):
        raise Held(CONTRACT_BREAK, "lies or is called otherwise than the contract says: move or rename it")


def _arrival_day(file: str) -> str | None:
    """Return the day of the folder as a date, None for a full load, which has none."""
    match = FOLDER_DAY.search(f"/{file}")
    if not match:
        return None
    day = "-".join(part for part in match.groups() if part)
    try:
        date.fromisoformat(day)
    except ValueError as error:
        reason = f"lies in the folder of a day that does not exist ({day}): move it"
        raise Held(CONTRACT_BREAK, reason) from error
    return day


def _arrival(file: str, contract: dict[str, Any]) -> str | None:
    """Return when a file arrived: the day of its folder, of an event stream the hour too."""
    day = _arrival_day(file)
    return f"{day} {Path(file).parent.name}:00:00" if contract["delivery"] == "event_stream" else day


def _version(file: str, contract: dict[str, Any]) -> int:
    """Return what orders deliveries of the same records: the revision, or produced_at as YYYYMMDDHHMMSS."""
    if contract["delivery"] == "latest_revision":
        match = REVISION.search(file)
        return int(match.group(2)) if match else 1
    if contract["delivery"] in ("latest_version", "full_dump"):
        match = PRODUCED_AT.search(file)
        if not match:
            raise Held(
                CONTRACT_BREAK,
                "has no <produced_at> in its name: call it "
                f"{Path(file).name.split('.')[0]}.YYYYMMDDTHHMMSSZ{Path(file).suffix}",
            )
        return int(match.group(1) + match.group(2))
    return 1


@lru_cache(maxsize=1)
def _probing_database() -> duckdb.DuckDBPyConnection:
    """Return a database in memory, opened once: opening costs 30 ms, and there may be thousands of files."""
    return duckdb.connect()


def _probe_parquet(path: Path, file: str, contract: dict[str, Any]) -> tuple[list[dict[str, str]], int]:
    """Decode every value of the file once: a damaged page would stop the statement that loads all files."""
    relation = f"read_parquet({_quoted(str(path))})"
    with _probing_database().cursor() as connection:
        try:
            columns = connection.execute(f"describe select * from {relation}").fetchall()
            counted = connection.execute(f"select count(*), count(columns(*)) from {relation}").fetchone()
        except duckdb.Error as error:
            first_line = str(error).replace(str(path), path.name).splitlines()[0]
            raise Held(UNREADABLE, f"is no readable Parquet ({first_line}): deliver it again") from error
    found = {str(row[0]): str(row[1]) for row in columns}
    required = contract["required"]
    if "LOAD" not in Path(file).name and contract["delivery"] == "change_log":
        required = [*required, *contract["change_columns"]]
    _require_columns(required, list(found), contract)
    filled = dict(zip(found, counted[1:] if counted else (), strict=True))
    _require_kinds(path, found, filled, contract)
    return [{"name": name, "type": kind} for name, kind in found.items()], int(counted[0] if counted else 0)


def misfit(name: str, kind: str, data_type: str, *, has_values: bool = True) -> str | None:
    """Return why a Parquet column cannot stand for the contract's; None if it can, and each value is tried.

    A column without a value has no kind.
    """
    if name == "_change_seq" and kind != "VARCHAR":
        return f"column _change_seq is {kind}: deliver a text that sorts"
    if NOT_PLAIN.search(kind):
        return f"column {name} is {kind}: deliver a plain value"
    no_place = NO_PLACE.get(data_type.partition("(")[0])
    if has_values and no_place and re.match(no_place, kind):
        reason = f"column {name} has another type: {data_type} expected, found {kind}"
        return f"{reason}: deliver it as {data_type} in a file with a new name"
    return None


def _require_kinds(
    path: Path, found: dict[str, str], filled: dict[str, int], contract: dict[str, Any]
) -> None:
    """Hold a file with a column that cannot stand for the contract's, or for the reader's own."""
    reserved = READER_COLUMNS & set(found)
    if reserved:
        raise Held(CONTRACT_BREAK, f"has a column {sorted(reserved)[0]}, which the reader uses: rename it")
    expected = {field["name"]: field["data_type"] for field in contract["fields"]}
    if contract["delivery"] == "change_log" and "LOAD" not in path.name:
        expected["_change_seq"] = contract["change_types"]["_change_seq"]
    for name in (name for name in expected if name in found):
        reason = misfit(name, found[name], expected[name], has_values=bool(filled[name]))
        if reason:
            raise Held(CONTRACT_BREAK, reason)


def _probe_text(path: Path, contract: dict[str, Any]) -> tuple[list[dict[str, str]], int]:
    """Count the records (lines that are not blank) and check the header of a CSV file; JSON has none."""
    content = path.read_bytes()
    if contract.get("compression") == "gzip":
        try:
            content = gzip.decompress(content)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Held(UNREADABLE, f"is no whole gzip file ({error}): deliver it again") from error
    lines = [line for line in content.split(b"\n") if line.strip()]
    if contract["delivery"] == "event_stream":
        return [], sum(_records_in_line(line) for line in lines)
    if contract["file_format"] != "csv":
        return [], len(lines)
    try:
        header = lines[0].decode("utf-8-sig").strip() if lines else ""
    except UnicodeDecodeError as error:
        raise Held(UNREADABLE, "has a header that is no UTF-8: write the file in UTF-8") from error
    names = [name.replace(" ", "").lower() for name in header.split(",")]
    _require_columns(contract["required"], names, contract)
    # Files that were strung together repeat their header; it is no record, however often it comes.
    plain = ",".join(names).encode()
    records = sum(line.replace(b" ", b"").strip().lower() != plain for line in lines[1:])
    return [{"name": name, "type": "VARCHAR"} for name in names], records


def _records_in_line(line: bytes) -> int:
    """Return how many records stand in a line of an event stream: `}{` outside of a string parts two."""
    if b"}{" not in line:
        return 1
    return 1 + sum(match.group(1) is not None for match in STRINGS_AND_SEAMS.finditer(line))


def likely_renames(
    missing: list[str], found: list[str], known: list[str], *, is_table: bool = True
) -> dict[str, str]:
    """Return by missing column the found one that the contract does not know and that may be meant.

    In a table the one is taken for the other where there are no more of either, else where names are alike.
    """
    spare = [name for name in found if name not in known]
    if is_table and len(missing) == 1 and len(spare) == 1:
        return {missing[0]: spare[0]}
    likely: dict[str, str] = {}
    for name in missing:
        lowered = {other.lower(): other for other in spare if other not in likely.values()}
        near = difflib.get_close_matches(name.lower(), lowered, 1, 0.7)
        if near:
            likely[name] = lowered[near[0]]
    return likely


def _require_columns(required: list[str], found: list[str], contract: dict[str, Any]) -> None:
    missing = [name for name in required if name not in found]
    if missing:
        types = {field["name"]: field["data_type"] for field in contract["fields"]}
        expected = ", ".join(types.get(name, contract["change_types"].get(name)) for name in missing)
        known = [*contract["columns"], *contract["change_columns"]]
        renames = likely_renames(missing, found, known)
        hint = "".join(f", perhaps {name} is called {now} now" for name, now in renames.items())
        has = f"(found: {', '.join(found)}), {expected} expected{hint}"
        raise Held(
            CONTRACT_BREAK,
            f"lacks required column {', '.join(missing)} {has}: "
            "name the column as the landing contract does and deliver the file under a new name",
        )
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise Held(CONTRACT_BREAK, f"has column {', '.join(twice)} twice: deliver it once")


def _manifest(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def manifest_name(path: PurePath) -> str:
    """Return the name of a file's manifest: `sales.r2.csv` has `_manifest.r2.json`; r1 is the first."""
    match = REVISION.search(path.name)
    return "_manifest.json" if match is None or match.group(1) == "r1" else f"_manifest.{match.group(1)}.json"


def _file_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest beside a file; hold the file until there is one."""
    name = manifest_name(path)
    manifest = _manifest(path.with_name(name))
    if manifest is None:
        raise Held(WAITING, f"waits for a readable {name} beside it")
    return manifest


def _check_manifest(manifest: dict[str, Any], sha256: str, name: str) -> str:
    """Return produced_at of the manifest; hold the file unless it vouches for this very content."""
    if manifest.get("sha256") != sha256:
        raise Held(WAITING, f"waits: its checksum is not the one in {name} (is it still being written?)")
    try:
        produced_at = datetime.fromisoformat(str(manifest["produced_at"]))
        if produced_at.tzinfo is not None:
            produced_at = produced_at.astimezone(UTC)
    except (KeyError, ValueError, OverflowError) as error:  # the first day of all in a zone ahead of UTC
        raise Held(WAITING, f"waits: {name} has no produced_at such as 2024-01-15T00:05:00Z") from error
    return produced_at.strftime("%Y-%m-%d %H:%M:%S")


def _check_reload(path: Path, file: str, contract: dict[str, Any]) -> None:
    """Hold a reload until all its files are there and every row fits: a missing row would be a delete."""
    manifest = _manifest(path.with_name("_manifest.json"))
    if manifest is None or manifest.get("complete") is not True:
        raise Held(WAITING, "waits until _manifest.json beside it says that the reload is complete")
    parts = sorted(path.parent.glob("LOAD*.parquet"))
    if manifest.get("files") != len(parts):
        reason = f"waits: _manifest.json names {manifest.get('files')} files, {len(parts)} are there"
        raise Held(WAITING, reason)
    for part in parts:
        try:
            _probe_parquet(part, f"{Path(file).parent}/{part.name}", contract)
            _require_whole_rows(part, contract)
        except Held as held:
            raise Held(WAITING, f"waits: {part.name} of the same reload {held}") from held


def _require_whole_rows(path: Path, contract: dict[str, Any]) -> None:
    """Hold a reload with a row that would be rejected."""
    with _probing_database().cursor() as connection:
        relation = f"read_parquet({_quoted(str(path))})"
        found = {str(row[0]) for row in connection.execute(f"describe select * from {relation}").fetchall()}
        for field in contract["fields"]:
            name, data_type = field["name"], field["data_type"]
            if name not in found:
                continue
            counted = connection.execute(
                f"select count(*), count(nullif(trim(cast({name} as varchar)), '')),"
                f" count(try_cast(nullif(trim(cast({name} as varchar)), '') as {data_type})) from {relation}"
            ).fetchone()
            rows, filled, fitting = counted or (0, 0, 0)
            if fitting < filled or (field["required"] and filled < rows):
                reason = f"has rows without a {name} that fits the contract: deliver it again"
                raise Held(CONTRACT_BREAK, reason)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class Plugin(BasePlugin):
    """Gives the functions to every connection of dbt-duckdb."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:  # noqa: ARG002
        """Make the folder of the database, and miss what is to be read: else DuckDB ends in a traceback."""
        for attached in creds.attach or []:
            if attached.read_only and "://" not in attached.path and not Path(attached.path).is_file():
                raise RuntimeError(  # which dbt shows without a traceback
                    f"{attached.path}, the file of production, is missing: build with --target duckdb, then"
                    " `duckshift ci promote` (DUCKSHIFT_CI_STATE and DUCKSHIFT_DATABASE say where and what)"
                )
        if creds.path and not creds.path.startswith((":", "md:", "motherduck:")):
            Path(creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Register the three functions."""
        # The first two look at files, which change between calls: DuckDB must not fold or cache them.
        conn.create_function("landing_listing", landing_listing, side_effects=True)
        conn.create_function("landing_probe", landing_probe, side_effects=True)
        conn.create_function("landing_unzipped", landing_unzipped)
