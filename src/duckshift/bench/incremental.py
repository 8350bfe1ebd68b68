"""What one day's delta costs on a short and on a long history, and against a full refresh.

The delta is the same files on every history, with a share of records that belong to the days before. Engine
time is the wall time of its `dbt run` less that of a run with nothing new, for dbt itself takes most of a
short run. Rows scanned are what DuckDB says of a profiled run, which is not the one that is timed.
"""

import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from duckshift.bench.history import FACT_ROWS, STORES, Zone, generate_zone
from duckshift.bench.measuring import DBT, Measure, accessed, environment_of, forget_access, measure
from duckshift.bench.scans import profiles_with_log, statements
from duckshift.errors import UserError

FACT_TABLES = ("fct_order_items", "fct_order_lifecycle", "fct_payments", "fct_returns")
MOST_RATIO = 1.5
"""Aim: engine time and rows written on the longest history against the shortest."""
LEAST_SAVING = 20
"""Aim: a full refresh against the delta on the longest history, in engine time."""


@dataclass(frozen=True)
class Cost:
    """What one `dbt run` took."""

    wall_seconds: float
    cpu_seconds: float  # of all cores
    rows_written: int  # rows of bronze, and rows inserted, updated and deleted by the models after it
    files_opened: int | None  # landing files; None where the file system does not record access


@dataclass(frozen=True)
class ModelCost:
    """What one model took of the delta's run."""

    name: str
    seconds: float  # by dbt's clock
    rows_written: int


@dataclass(frozen=True)
class LengthBench:
    """The figures of one length of history."""

    days: int
    fact_rows: int  # before the delta
    landing_files: int
    first_build_seconds: float
    nothing_new: Cost
    delta: Cost
    full_refresh: Cost
    rows_scanned: int  # by the delta
    old_files_opened: int | None  # by the delta: files that had been loaded before
    models: list[ModelCost]  # of the delta, the dearest first

    @property
    def delta_engine_seconds(self) -> float:
        """Engine time of the delta."""
        return self.delta.wall_seconds - self.nothing_new.wall_seconds

    @property
    def delta_cpu_seconds(self) -> float:
        """CPU time of the delta beyond that of a run with nothing new: does not see what else is running."""
        return self.delta.cpu_seconds - self.nothing_new.cpu_seconds

    @property
    def full_refresh_engine_seconds(self) -> float:
        """Engine time of a full refresh after the delta."""
        return self.full_refresh.wall_seconds - self.nothing_new.wall_seconds

    @property
    def full_refresh_cpu_seconds(self) -> float:
        """CPU time of a full refresh beyond that of a run with nothing new."""
        return self.full_refresh.cpu_seconds - self.nothing_new.cpu_seconds

    @property
    def saving(self) -> float | None:
        """Full refresh / delta in engine time."""
        return _quotient(self.full_refresh_engine_seconds, self.delta_engine_seconds)

    @property
    def cpu_saving(self) -> float | None:
        """Full refresh / delta in CPU time."""
        return _quotient(self.full_refresh_cpu_seconds, self.delta_cpu_seconds)


@dataclass(frozen=True)
class IncrementalBench:
    """What `duckshift bench incremental` found."""

    late_share: float  # asked for
    repeats: int
    delta_records: int
    late_records: int
    delta_files: int
    generate_seconds: float
    lengths: list[LengthBench]  # the shortest first

    def as_json(self) -> dict[str, Any]:
        """Return the figures for programs, with the engine times and ratios that the text shows."""
        lengths = [
            asdict(length)
            | {
                "delta_engine_seconds": length.delta_engine_seconds,
                "delta_cpu_seconds": length.delta_cpu_seconds,
                "full_refresh_engine_seconds": length.full_refresh_engine_seconds,
                "ratios": self._ratios(length),
                "full_refresh_cpu_seconds": length.full_refresh_cpu_seconds,
                "full_refresh_to_delta": length.saving,
                "full_refresh_to_delta_cpu": length.cpu_saving,
            }
            for length in self.lengths
        ]
        return asdict(self) | {"lengths": lengths}

    def lines(self) -> list[str]:
        """Return the figures as text, one a line."""
        late = 100 * self.late_records / max(1, self.delta_records)
        shortest, longest = self.lengths[0].days, self.lengths[-1].days

        def line(name: str, values: list[str], note: str = "") -> str:
            return f"{name:<34}{''.join(f'{value:>14}' for value in values)}{note and '   ' + note}".rstrip()

        def row(name: str, value: Callable[[LengthBench], float | None]) -> str:
            return line(name, [_number(value(length)) for length in self.lengths])

        def seconds(name: str, value: Callable[[LengthBench], float]) -> str:
            return line(name, [f"{value(length):.1f} s" for length in self.lengths])

        def ratio(name: str, aim: str = "") -> str:
            return line(name, [_times(self._ratios(length)[name]) for length in self.lengths], aim)

        most = f"aim at {longest} days: at most {MOST_RATIO}"
        return [
            f"one day's delta: {self.delta_records:,} records in {self.delta_files:,} files, "
            f"{self.late_records:,} of them late by up to seven days ({late:.1f} %)",
            f"generated in {self.generate_seconds:.0f} s; each wall time is the median of {self.repeats}",
            "",
            line("history", [f"{length.days} days" for length in self.lengths]),
            row("fact rows", lambda length: length.fact_rows),
            row("landing files", lambda length: length.landing_files),
            seconds("first build, wall", lambda length: length.first_build_seconds),
            seconds("nothing new, wall", lambda length: length.nothing_new.wall_seconds),
            seconds("delta, wall", lambda length: length.delta.wall_seconds),
            seconds("delta, engine", lambda length: length.delta_engine_seconds),
            seconds("delta, engine, CPU", lambda length: length.delta_cpu_seconds),
            seconds("full refresh, wall", lambda length: length.full_refresh.wall_seconds),
            seconds("full refresh, engine", lambda length: length.full_refresh_engine_seconds),
            seconds("full refresh, engine, CPU", lambda length: length.full_refresh_cpu_seconds),
            row("rows scanned by the delta", lambda length: length.rows_scanned),
            row("rows written by the delta", lambda length: length.delta.rows_written),
            row("rows written by a full refresh", lambda length: length.full_refresh.rows_written),
            row("rows written with nothing new", lambda length: length.nothing_new.rows_written),
            row("landing files opened by the delta", lambda length: length.delta.files_opened),
            row("  that had been loaded before", lambda length: length.old_files_opened),
            row("landing files opened, nothing new", lambda length: length.nothing_new.files_opened),
            "",
            f"the delta against {shortest} days",
            ratio("wall"),
            ratio("engine time", most),
            ratio("engine time, CPU"),
            ratio("rows scanned"),
            ratio("rows written", most),
            "",
            "full refresh / delta",
            line(
                "engine time",
                [_times(length.saving) for length in self.lengths],
                f"aim at {longest} days: at least {LEAST_SAVING}",
            ),
            line("engine time, CPU", [_times(length.cpu_saving) for length in self.lengths]),
        ]

    def _ratios(self, length: LengthBench) -> dict[str, float | None]:
        shortest = self.lengths[0]
        return {
            "wall": _quotient(length.delta.wall_seconds, shortest.delta.wall_seconds),
            "engine time": _quotient(length.delta_engine_seconds, shortest.delta_engine_seconds),
            "engine time, CPU": _quotient(length.delta_cpu_seconds, shortest.delta_cpu_seconds),
            "rows scanned": _quotient(length.rows_scanned, shortest.rows_scanned),
            "rows written": _quotient(length.delta.rows_written, shortest.delta.rows_written),
        }


def _quotient(value: float, base: float) -> float | None:
    # Where nothing was to do the difference of two wall times is noise, also below zero.
    return value / base if value > 0 and base > 0 else None


def _times(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _number(value: float | None) -> str:
    return "not recorded" if value is None else f"{value:,.0f}"


def bench_incremental(
    rows: int,
    lengths: list[int],
    *,
    late_share: float,
    repeats: int,
    folder: Path | None,
    progress: Callable[[str], None],
) -> IncrementalBench:
    """Build histories of `lengths` days, the longest of about `rows` fact rows, and let one more day arrive.

    Works in `folder` and keeps it, else in a temporary one. Raises UserError if a build fails, for arguments
    that make no sense, and if `folder` is not empty.
    """
    lengths = sorted(set(lengths))
    if not lengths or lengths[0] < 1 or lengths[-1] > 3650:
        raise UserError("--lengths takes numbers of days between 1 and 3650, such as 30,90,300")
    if not STORES * lengths[-1] <= rows <= 100 * lengths[-1] * FACT_ROWS:
        fewest, most = STORES * lengths[-1], 100 * lengths[-1] * FACT_ROWS
        raise UserError(f"--rows must be between {fewest:,} and {most:,} for {lengths[-1]} days")
    if not 0 <= late_share <= 0.5:
        raise UserError("--late must be between 0 and 0.5")
    if folder is not None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is not an empty folder: name another one with --keep")
    temporary = tempfile.TemporaryDirectory(prefix="duckshift-bench-") if folder is None else None
    with temporary or nullcontext(str(folder)) as name:
        root = Path(name).resolve()
        root.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        zone = generate_zone(root / "generated", rows, lengths[-1], late_share, progress)
        generate_seconds = time.monotonic() - began
        measured = []
        for days in lengths:
            place = _Place(root / f"{days}-days", days, zone)
            measured.append(_measure_length(place, repeats, progress))
            if temporary:
                shutil.rmtree(place.folder)
            else:
                # A long bench that is interrupted has not measured in vain.
                figures = json.dumps(asdict(measured[-1]), indent=2)
                (place.folder / "figures.json").write_text(figures + "\n")
        return IncrementalBench(
            late_share=late_share,
            repeats=repeats,
            delta_records=zone.delta.records,
            late_records=zone.delta.late_records,
            delta_files=len(zone.delta.data_files),
            generate_seconds=generate_seconds,
            lengths=measured,
        )


@dataclass(frozen=True)
class _Place:
    """Where one length is built."""

    folder: Path
    days: int
    zone: Zone

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def database(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def before(self) -> Path:
        """The warehouse as it was before the delta."""
        return self.folder / "before.duckdb"

    @property
    def log(self) -> Path:
        return self.folder / "statements"

    def dbt(self, *arguments: str, has_log: bool = False) -> Measure:
        """Run dbt here, with a log of its statements if asked for."""
        environment = environment_of(self.folder, self.landing, self.database)
        if has_log:
            environment["DBT_PROFILES_DIR"] = str(profiles_with_log(self.folder / "profiles", self.log))
            # With another profile dbt parses all files anew; the next run would do so once more.
            environment["DBT_TARGET_PATH"] = str(self.folder / "target_with_log")
        return measure([*DBT, *arguments], environment)


def _measure_length(place: _Place, repeats: int, progress: Callable[[str], None]) -> LengthBench:
    def step(name: str) -> None:
        progress(f"{place.days} days: {name}")

    step("first build")
    place.zone.lay_history(place.days, place.landing)
    files = sum(1 for path in place.landing.rglob("*") if path.is_file() and not path.name.startswith("_"))
    # With seeds and snapshots; tests are no part of what is measured.
    first = place.dbt("build", "--exclude-resource-type", "test", "unit_test")
    with _read(place.database) as connection:
        facts = sum(_scalar(connection, f"select count(*) from gold.{table}") for table in FACT_TABLES)

    step("nothing new")
    nothing_new, _ = _measure_run(place, repeats)
    shutil.copyfile(place.database, place.before)
    place.zone.add_delta(place.landing)
    step("delta")
    delta, opened = _measure_run(place, repeats)
    models = _model_costs(place)
    step("delta, profiled")
    shutil.copyfile(place.before, place.database)
    place.dbt("run", has_log=True)
    scanned = sum(statement.rows_scanned for statement in statements(place.log))
    step("full refresh")
    place.before.unlink()
    full_refresh = place.dbt("run", "--full-refresh")
    return LengthBench(
        days=place.days,
        fact_rows=facts,
        landing_files=files,
        first_build_seconds=first.seconds,
        nothing_new=nothing_new,
        delta=delta,
        full_refresh=Cost(
            full_refresh.seconds, full_refresh.cpu_seconds, sum(_rows_written(place).values()), None
        ),
        rows_scanned=scanned,
        old_files_opened=None if opened is None else len(opened - place.zone.delta.data_files),
        models=models,
    )


def _measure_run(place: _Place, repeats: int) -> tuple[Cost, frozenset[str] | None]:
    """Run dbt several times on the same state; return the cost and the landing files that were opened."""
    runs: list[Measure] = []
    opened: frozenset[str] | None = None
    for number in range(repeats):
        if number and place.before.exists():
            shutil.copyfile(place.before, place.database)
        is_recorded = forget_access(place.landing)
        runs.append(place.dbt("run"))
        opened = frozenset(accessed(place.landing)) if is_recorded else None
    cost = Cost(
        wall_seconds=statistics.median(run.seconds for run in runs),
        cpu_seconds=statistics.median(run.cpu_seconds for run in runs),
        rows_written=sum(_rows_written(place).values()),
        files_opened=None if opened is None else len(opened),
    )
    return cost, opened


def _rows_written(place: _Place) -> dict[str, int]:
    """Return the rows that the newest run wrote, by model; bronze by its own column of the run."""
    with _read(place.database) as connection:
        run_id = _scalar(connection, "select max(run_id) from ops.runs")
        written = {
            str(name): int(count)
            for name, count in connection.execute(
                "select model_name, sum(inserted_row_count + updated_row_count + deleted_row_count)"
                " from ops.model_builds where run_id = ? group by model_name",
                [run_id],
            ).fetchall()
        }
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'bronze'"
        ).fetchall():
            count = _scalar(connection, f"select count(*) from bronze.{table} where _run_id = {run_id}")
            written[str(table)] = count
        return written


def _model_costs(place: _Place) -> list[ModelCost]:
    results = json.loads((place.folder / "target" / "run_results.json").read_text())["results"]
    written = _rows_written(place)
    costs = [
        ModelCost(name, float(result["execution_time"]), written.get(name, 0))
        for result in results
        for name in [str(result["unique_id"]).split(".")[-1]]
    ]
    return sorted(costs, key=lambda cost: -cost.seconds)


@contextmanager
def _read(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            yield connection
        except duckdb.CatalogException as error:
            missing = str(error).splitlines()[0]
            raise UserError(f"the project does not keep what this bench reads: {missing}") from error


def _scalar(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0
