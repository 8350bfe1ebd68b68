"""Landing zones for `duckshift bench incremental`: histories of several lengths, and one day that is new.

One generation feeds all of them, so the histories differ in the days of their facts only: customers, products
and stores, with all their changes, are the same, and so is every file of the new day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from duckshift.arrival import DAY
from duckshift.contract import Entity, landing_contract
from duckshift.landing import write_file_manifest
from duckshift.sources import fx, model_tills_and_stock, payments, pos, shop, supplier
from duckshift.sources._engine import Plan, open_run

START = date(2024, 1, 1)
SEED = 7
# Held equal at all sizes, so that a bench of many rows is no bench of many small files.
STORES = 20
LATE_DAYS = 7
FACT_ROWS = 6_500
"""Fact rows of one day at scale 1, all facts of gold together: the fewest that were measured."""

FACTS = (
    ("shop", "orders"),
    ("shop", "order_items"),
    ("shop", "returns"),
    ("shop", "return_items"),
    ("pos", "sales"),
    ("payments", "transactions"),
)


@dataclass(frozen=True)
class Delta:
    """The files of the new day and what is in them."""

    files: frozenset[str]  # relative to the landing root, manifests included
    records: int
    late_records: int  # of the days before, which would have been in files that are in the history now

    @property
    def data_files(self) -> frozenset[str]:
        """The files without manifests."""
        return frozenset(file for file in self.files if not Path(file).name.startswith("_"))


@dataclass(frozen=True)
class Zone:
    """What was generated: files of up to `longest` days before `day`, and those of `day`."""

    root: Path
    day: date
    delta: Delta

    def lay_history(self, days: int, landing: Path) -> None:
        """Make a landing root with the facts of the last `days` days before the new one, and all the rest."""
        first = self.day - timedelta(days=days)
        for file in _files(self.root):
            arrived = _day(file)
            is_fact = tuple(file.split("/")[:2]) in FACTS
            is_past = arrived is None or (arrived < self.day and (not is_fact or arrived >= first))
            if is_past and file not in self.delta.files:
                _link(self.root, landing, file)

    def add_delta(self, landing: Path) -> None:
        """Let the files of the new day arrive."""
        for file in self.delta.files:
            _link(self.root, landing, file)


def generate_zone(
    root: Path, rows: int, longest: int, late_share: float, progress: Callable[[str], None]
) -> Zone:
    """Generate `longest` days with about `rows` fact rows, and one day more with a share of late records."""
    # Two days more than the history: files of a day arrive until the early morning of the next.
    scale = rows / longest / FACT_ROWS
    plan = Plan(scale, max(longest, LATE_DAYS) + 2, SEED, START, faults=False, contract_breaks=False)
    day = START + timedelta(days=max(longest, LATE_DAYS))
    with open_run(plan, root, progress) as run:
        run.sql("set memory_limit = '6GB'")
        shop.model(run)
        run.sql(f"""
            delete from store where store_number > {STORES};
            delete from version_stores where store_id not in (select store_id from store);
        """)
        model_tills_and_stock(run)
        for source in (shop, payments, pos, fx, supplier):
            source.land(run)
    progress("late records")
    with duckdb.connect() as connection:
        delta = _delta(connection, root, day, late_share)
    return Zone(root, day, delta)


def _files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def _day(file: str) -> date | None:
    """Return the day of a file's folder, None for a full load."""
    found = DAY.search(file)
    return date(*(int(part) for part in found.groups() if part)) if found else None


def _link(root: Path, landing: Path, file: str) -> None:
    target = landing / file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.hardlink_to(root / file)


def _delta(connection: duckdb.DuckDBPyConnection, root: Path, day: date, late_share: float) -> Delta:
    """Move late records from the files of the days before into files of the day; return the day's files."""
    by_day: dict[tuple[str, str], dict[date, list[str]]] = {}
    for file in _files(root):
        source, name = file.split("/")[:2]
        arrived = _day(file)
        if arrived is not None:
            by_day.setdefault((source, name), {}).setdefault(arrived, []).append(file)
    files: set[str] = set()
    records = late_records = 0
    for entity_name, days in by_day.items():
        entity = landing_contract()[entity_name]
        new = days.get(day, [])
        files.update(new)
        regular = sum(_count(connection, root, entity, file) for file in _data_files(new))
        wanted = round(regular * late_share / (1 - late_share))
        before = [
            file
            for back in range(1, LATE_DAYS + 1)
            for file in _data_files(days.get(day - timedelta(days=back), []))
        ]
        late = _HOLD_BACK.get((entity.delivery, entity.file_format))
        moved = 0
        if late and wanted and before:
            late_files, moved = late(connection, root, entity, before, day, wanted)
            files.update(late_files)
        records += regular + moved
        late_records += moved
    return Delta(frozenset(files), records, late_records)


def _data_files(files: list[str]) -> list[str]:
    return [file for file in files if not Path(file).name.startswith("_")]


def _count(connection: duckdb.DuckDBPyConnection, root: Path, entity: Entity, file: str) -> int:
    if entity.file_format != "parquet":
        lines = len((root / file).read_text().splitlines())
        return lines - (entity.file_format == "csv")
    counted = connection.execute("select count(*) from read_parquet(?)", [str(root / file)]).fetchone()
    return int(counted[0]) if counted else 0


def _hold_back_changes(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    entity: Entity,
    before: list[str],
    day: date,
    wanted: int,
) -> tuple[list[str], int]:
    """Move changes into one more file of the day, which arrives last."""
    paths = [str(root / file) for file in before]
    connection.execute(
        """
        create or replace temp table held_back as
            select * from read_parquet($paths, filename = '_path', file_row_number = true)
            order by md5(_change_seq)
            limit $wanted
        """,
        {"paths": paths, "wanted": wanted},
    )
    touched = [str(row[0]) for row in connection.execute("select distinct _path from held_back").fetchall()]
    for path in touched:
        _replace(
            connection,
            Path(path),
            f"""
            select * exclude (file_row_number)
            from read_parquet({_quoted(path)}, file_row_number = true) as change
            where file_row_number not in (
                select file_row_number from held_back where _path = {_quoted(path)}
            )
            """,
        )
    late = f"{entity.path}/{day:%Y/%m/%d}/230000-2.parquet"
    (root / late).parent.mkdir(parents=True, exist_ok=True)
    _replace(
        connection,
        root / late,
        "select * exclude (_path, file_row_number) from held_back order by _change_seq",
    )
    return [late], _count(connection, root, entity, late)


def _hold_back_lines(
    connection: duckdb.DuckDBPyConnection,  # noqa: ARG001
    root: Path,
    entity: Entity,
    before: list[str],
    day: date,
    wanted: int,
) -> tuple[list[str], int]:
    """Move evenly spread lines into one more page of the day."""
    lines = {file: (root / file).read_text().splitlines() for file in before}
    places = [(file, index) for file in before for index in range(len(lines[file]))]
    step = max(1, len(places) // wanted)
    chosen = places[::step][:wanted]
    moved = [lines[file][index] for file, index in chosen]
    for file in before:
        gone = {index for other, index in chosen if other == file}
        kept = [line for index, line in enumerate(lines[file]) if index not in gone]
        (root / file).write_text("".join(f"{line}\n" for line in kept))
    late = f"{entity.path}/dt={day}/page-00002.{day:%Y%m%d}T230000Z.json"
    (root / late).parent.mkdir(parents=True, exist_ok=True)
    (root / late).write_text("".join(f"{line}\n" for line in moved))
    return [late], len(moved)


def _hold_back_files(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    entity: Entity,
    before: list[str],
    day: date,
    wanted: int,
) -> tuple[list[str], int]:
    """Let the one whole file that comes nearest to the wanted records arrive late, with its manifest."""
    counts = {file: _count(connection, root, entity, file) for file in before}
    late = min(before, key=lambda file: (abs(counts[file] - wanted), file))
    manifest = (root / late).with_name("_manifest.json")
    manifest.unlink()
    produced_at = datetime(day.year, day.month, day.day, 23)
    write_file_manifest(root / late, records=counts[late], produced_at=produced_at)
    return [late, manifest.relative_to(root).as_posix()], counts[late]


_HOLD_BACK = {
    ("change_log", "parquet"): _hold_back_changes,
    ("latest_version", "json"): _hold_back_lines,
    ("latest_revision", "csv"): _hold_back_files,
}


def _replace(connection: duckdb.DuckDBPyConnection, file: Path, query: str) -> None:
    pending = file.with_name(f".{file.name}")
    connection.execute(f"copy ({query}) to {_quoted(str(pending))} (format parquet)")
    pending.replace(file)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
