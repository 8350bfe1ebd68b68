"""Builds a landing zone in one full refresh and by a plan, and compares every table."""

import contextlib
import os
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from duckshift.arrival import days_of_arrival
from duckshift.comparison import WAY, Side, differences, read_duckdb, read_redshift
from duckshift.errors import UserError
from duckshift.landing_places import NAME_THE_ROOT
from duckshift.redshift_connection import connect, schema_of
from duckshift.replay.builds import BUILDS, build_plainly
from duckshift.replay.copies import add_copies
from duckshift.replay.plans import Batch, Plan
from duckshift.workshop import Workshop, copy_project, folder_for, local_redshift

TARGETS = ("duckdb", "redshift_local")
FULL, REPLAYED = "full", "replayed"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class BatchReport:
    """What was delivered before a build, and what happened to the build."""

    files: int
    again: int
    steps: list[str]


@dataclass
class ReplayReport:
    """What `duckshift replay` found; `is_equal` if nothing differs."""

    plan: str
    seed: int
    target: str
    batches: list[BatchReport] = field(default_factory=list)
    tables: int = 0
    rows: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether the replay came out as the full refresh."""
        return not self.differences

    def lines(self) -> list[str]:
        """Return the findings as text."""
        lines = []
        for number, batch in enumerate(self.batches, start=1):
            again = f", {batch.again:,} again" if batch.again else ""
            steps = "".join(f"; {step}" for step in batch.steps)
            lines.append(f"batch {number}: {batch.files:,} new files{again}{steps}")
        lines += self.differences
        compared = f"{self.tables:,} tables and views with {self.rows:,} rows compared"
        verdict = (
            "equal to one full refresh"
            if self.is_equal
            else f"{len(self.differences)} DIFFER from one full refresh: see the rows above"
        )
        return [*lines, f"plan {self.plan}, seed {self.seed}, {self.target}: {compared}, {verdict}"]

    def as_json(self) -> dict[str, Any]:
        """Return the findings for programs."""
        return asdict(self) | {"is_equal": self.is_equal}


@dataclass(frozen=True)
class FullRefresh:
    """A landing zone and what one build over all of it made; replays are compared with it."""

    workshop: Workshop
    target: str
    environment: dict[str, str]
    """Where the Redshift target was."""

    @property
    def compared(self) -> Path:
        """The tables, read once: from a DuckDB file they are read when they are compared."""
        return self.workshop.folder / "compared.duckdb"


def prove(
    source: Path, plan: Plan, *, batches: int, seed: int, target: str, kept: Path | None, progress: Progress
) -> ReplayReport:
    """Compare a replay with a full refresh; `kept` keeps what is built. Raises UserError if a build fails."""
    if target not in TARGETS:
        raise UserError(f"no such target: {target}; there are {' and '.join(TARGETS)}")
    if not source.is_dir():
        raise UserError(f"landing root {source} is not a folder: {NAME_THE_ROOT}")
    with contextlib.ExitStack() as opened:
        folder = folder_for(opened, kept, "replay")
        copies_seed = seed if plan.has_copies else None
        full = make_full_refresh(source, folder / FULL, target, copies_seed=copies_seed, progress=progress)
        return replay(full, plan, folder / REPLAYED, batches=batches, seed=seed, progress=progress)


def make_full_refresh(
    source: Path,
    folder: Path,
    target: str,
    *,
    copies_seed: int | None = None,
    project: Path | None = None,
    options: tuple[str, ...] = (),
    progress: Progress,
) -> FullRefresh:
    """Copy a landing zone, with copies of its files if a seed for them is given, and build it in one go.

    `project` is a copy of the dbt project to use instead of the checkout; `options` are those of every
    `dbt build`, also of replays.
    """
    with contextlib.ExitStack() as opened:
        progress("landing files")
        files = days_of_arrival(source)
        folder.mkdir(parents=True)
        copied = folder / "project"
        if project is None:
            copy_project(copied)
        else:
            shutil.copytree(project, copied)
        workshop = Workshop(folder, project=copied, options=options)
        workshop.deliver(files, source)
        if copies_seed is not None:
            add_copies(workshop.landing, files, copies_seed)
        environment = {}
        if target != "duckdb":
            progress("starting the local Redshift server")
            environment = local_redshift(opened, folder)
        workshop = replace(workshop, environment=environment)
        progress("one full refresh")
        _take_in(workshop, target)
        build_plainly(workshop, target)
        full = FullRefresh(workshop, target, environment)
        if target != "duckdb":
            with duckdb.connect(str(full.compared)) as working:
                _read(working, workshop, target, FULL)
        return full


def replay(
    full: FullRefresh, plan: Plan, folder: Path, *, batches: int, seed: int, progress: Progress
) -> ReplayReport:
    """Deliver the landing zone of a full refresh by a plan, build after each batch, and compare."""
    if batches < 1:
        raise UserError(f"{batches} batches are none: name at least one")
    choice = random.Random(seed)
    target = full.target
    report = ReplayReport(plan.name, seed, target)
    with contextlib.ExitStack() as opened:
        folder.mkdir(parents=True)
        environment = {}
        if target != "duckdb":
            progress("starting the local Redshift server")
            # On another port dbt would parse all files anew.
            port = int(full.environment["DUCKSHIFT_REDSHIFT_LOCAL_PORT"])
            environment = local_redshift(opened, folder, port=port)
        project = folder / "project"
        shutil.copytree(full.workshop.project or folder, project)
        workshop = Workshop(folder, environment, project, full.workshop.options)
        cut = plan.cut(days_of_arrival(full.workshop.landing), batches, choice)
        for number, batch in enumerate(cut, start=1):
            progress(f"plan {plan.name}, batch {number} of {len(cut)}")
            deliver(batch, full.workshop.landing, workshop)
            _take_in(workshop, target)
            steps = BUILDS[plan.building](workshop, target, choice, number)
            report.batches.append(BatchReport(len(batch.files), len(batch.again), steps))
        if plan.building == "selected":
            build_plainly(workshop, target)
        progress("comparing")
        _compare(full, workshop, report)
    return report


def deliver(batch: Batch, source: Path, workshop: Workshop) -> None:
    """Put the files of a batch into the landing zone; what comes again gets the time of now."""
    workshop.deliver(batch.files, source)
    now = time.time()
    for file in batch.again:
        path = workshop.landing / file
        path.unlink()
        shutil.copyfile(source / file, path)
        os.utime(path, (now, now))


def _take_in(workshop: Workshop, target: str) -> None:
    if target != "duckdb":
        workshop.run(target, "duckshift", "intake", "--target", target)


def _read(working: duckdb.DuckDBPyConnection, workshop: Workshop, target: str, name: str) -> Side:
    if target == "duckdb":
        return read_duckdb(working, workshop.database, name, left_out=WAY)
    variables = workshop.environment | {"DBT_PROFILES_DIR": str((workshop.project or Path()) / "profiles")}
    with connect(target, variables) as (connection, schema):
        return read_redshift(working, connection, schema_of(schema, ""), name, left_out=WAY)


def _compare(full: FullRefresh, workshop: Workshop, report: ReplayReport) -> None:
    compared = workshop.folder / "compared.duckdb"
    if full.target != "duckdb":
        shutil.copy2(full.compared, compared)
    with duckdb.connect(str(compared)) as working:
        working.execute("set TimeZone = 'UTC'")
        if full.target == "duckdb":
            left = _read(working, full.workshop, full.target, FULL)
        else:
            left = _sides_of(working, FULL)
        right = _read(working, workshop, full.target, REPLAYED)
        report.differences += differences(working, left, right)
        report.tables = len(left.tables)
        for table in left.tables:
            counted = working.execute(f'select count(*) from "{left.name}"."{table}"').fetchone()
            report.rows += counted[0] if counted else 0


def _sides_of(working: duckdb.DuckDBPyConnection, name: str) -> Side:
    """Return a side that was read into the working database before."""
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, data_type in working.execute(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = ?"
        " order by table_name, column_index",
        [name],
    ).fetchall():
        tables.setdefault(table, []).append((column, data_type))
    return Side(name, tables)
