"""DuckDB == Redshift: one landing zone, delivered in two increments, built on both and compared exactly.

Each increment is built by plain dbt commands in processes of their own, as a user does. After each, every
node must have ended alike on both engines, and every table must hold the same rows with the same types, load
metadata aside.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from duckshift import settings
from duckshift.comparison import LAYERS, differences, read_duckdb, read_redshift
from duckshift.errors import UserError
from duckshift.redshift_connection import connect, schema_of
from duckshift.redshift_local import process
from duckshift.sources import generate

TARGETS = ("redshift_local", "redshift")
FIRST = "duckdb"
DAY = re.compile(r"year=(\d{4})/month=(\d\d)/day=(\d\d)/|dt=(\d{4})-(\d\d)-(\d\d)/|/(\d{4})/(\d\d)/(\d\d)/")


@dataclass(frozen=True)
class Increment:
    """What was built and compared after one delivery."""

    files: int
    nodes: int
    tables: int
    rows: int
    differences: list[str]


@dataclass
class ParityReport:
    """What `duckshift parity` found; `is_equal` if nothing differs."""

    target: str
    increments: list[Increment] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether every increment came out equal."""
        return not any(increment.differences for increment in self.increments)

    def lines(self) -> list[str]:
        """Return the findings as text."""
        lines = []
        for number, increment in enumerate(self.increments, start=1):
            lines.append(
                f"increment {number}: {increment.files:,} files, {increment.nodes:,} nodes,"
                f" {increment.tables:,} tables and views with {increment.rows:,} rows compared,"
                f" {len(increment.differences)} differ"
            )
            lines += increment.differences
        lines.append(
            f"duckdb and {self.target} " + ("are equal" if self.is_equal else "DIFFER: see the rows above")
        )
        return lines


@dataclass(frozen=True)
class Workshop:
    """The folder in which both warehouses are built, and the environment of the commands."""

    folder: Path
    target: str
    environment: dict[str, str]

    @property
    def landing(self) -> Path:
        """The landing zone that both engines read."""
        return self.folder / "landing"

    @property
    def database(self) -> Path:
        """The warehouse on DuckDB."""
        return self.folder / "warehouse.duckdb"

    def variables(self, target: str) -> dict[str, str]:
        """Return the environment of a command for one engine: each has its own artifacts and logs."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("DBT_") or name.startswith("DBT_ENV_SECRET_")
        }
        kept |= {
            "DUCKSHIFT_PROJECT_ROOT": str(settings.project_root()),
            "DBT_PROFILES_DIR": str(settings.project_root() / "profiles"),
            "DBT_TARGET_PATH": str(self.folder / target / "target"),
            "DBT_LOG_PATH": str(self.folder / target / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DUCKSHIFT_LANDING_ROOT": str(self.landing),
            "DUCKSHIFT_DATABASE": str(self.database),
            "NO_COLOR": "1",
        }
        if target == "redshift":
            # One's own profile says how to log in to a cluster.
            kept["DBT_PROFILES_DIR"] = os.environ.get("DBT_PROFILES_DIR") or kept["DBT_PROFILES_DIR"]
        return kept | self.environment

    def run(self, target: str, module: str, *arguments: str) -> str:
        """Run a command of dbt or duckshift; return what it printed. A failure is a UserError."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=settings.project_root(),
            env=self.variables(target),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            log = self.folder / target / "failed.txt"
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(done.stdout, encoding="utf-8")
            said = [line for line in done.stdout.splitlines() if "Error" in line or "rror in" in line]
            raise UserError(
                f"`{module.partition('.')[0]} {' '.join(arguments)}` failed; all it said is in {log}: "
                + " ".join((said or done.stdout.splitlines()[-1:])[:3])
            )
        return done.stdout

    def build(self, target: str, *options: str) -> dict[str, str]:
        """Build everything, with tests; return how each node ended."""
        self.run(target, "dbt.cli.main", "--no-use-colors", "build", "--target", target, *options)
        results = json.loads((self.folder / target / "target" / "run_results.json").read_text())["results"]
        return {str(node["unique_id"]): str(node["status"]) for node in results}


@dataclass(frozen=True)
class Data:
    """The landing zone to use: generated, unless `landing` names one."""

    scale: float = 0.02
    days: int = 30
    seed: int = 7
    landing: Path | None = None

    def landing_zone(self, folder: Path) -> Path:
        """Return the landing zone, generated into `folder` with all faults if none is named."""
        if self.landing is not None:
            if not self.landing.is_dir():
                raise UserError(f"no landing zone in {self.landing}: name the folder with the landing files")
            return self.landing
        generate(folder, scale=self.scale, days=self.days, seed=self.seed)
        return folder


def prove(data: Data, folder: Path | None, *, target: str, progress: Callable[[str], None]) -> ParityReport:
    """Compare DuckDB with a Redshift target; `folder` keeps what is built, a temporary one is removed.

    For redshift_local a server is started and ended with it. Raises UserError if a build fails.
    """
    if target not in TARGETS:
        raise UserError(f"no such target: {target}; there are {' and '.join(TARGETS)}")
    if target == "redshift":
        _require_place_of_its_own(target)
    with contextlib.ExitStack() as opened:
        if folder is None:
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="duckshift-parity-")))
        elif folder.exists() and any(folder.iterdir()):
            raise UserError(f"{folder} is not empty: parity builds from nothing, name another folder")
        progress("landing files")
        source = data.landing_zone(folder / "source")
        environment = {}
        if target == "redshift_local":
            progress("starting the local Redshift server")
            server = folder / "redshift_local"
            opened.callback(process.stop, server)
            started = process.start(server, 0, folder / "s3", with_this_process=True)
            environment = {
                "DUCKSHIFT_REDSHIFT_LOCAL_PORT": str(started.state.port),
                "DUCKSHIFT_REDSHIFT_LOCAL_FOLDER": str(server),
                "DUCKSHIFT_REDSHIFT_S3_ROOT": "s3://duckshift-parity",
            }
        report = compare_increments(source, folder, target, environment, progress)
        if target == "redshift_local":
            shutil.copy2(server / "statements.jsonl", folder / "statements.jsonl")
        return report


def _require_place_of_its_own(target: str) -> None:
    """Raise UserError unless the target's schemas are none of production's and hold nothing yet."""
    with connect(target) as (connection, schema):
        if schema == "main":
            raise UserError(
                "parity does not build in production: set DUCKSHIFT_REDSHIFT_SCHEMA, such as parity_ana"
            )
        schemas = ", ".join(f"'{schema_of(schema, layer)}'" for layer in LAYERS)
        cursor = connection.cursor()
        cursor.execute(f"select count(*) from svv_tables where table_schema in ({schemas})")
        if cursor.fetchone()[0]:
            raise UserError(
                f"schemas {schema}_* hold tables: parity builds from nothing, drop them or name another"
            )


def compare_increments(
    source: Path, folder: Path, target: str, environment: dict[str, str], progress: Callable[[str], None]
) -> ParityReport:
    """Deliver the landing zone `source` in two increments, build each on both engines, and compare.

    `environment` says where the Redshift target is. Raises UserError if a build fails.
    """
    workshop = Workshop(folder, target, environment)
    report = ParityReport(target)
    for number, files in enumerate(in_two_increments(source), start=1):
        for file in files:
            (workshop.landing / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / file, workshop.landing / file)
        # Unit tests bring their own data: once is enough.
        options = () if number == 1 else ("--exclude-resource-type", "unit_test")
        progress(f"increment {number} on DuckDB")
        first = workshop.build(FIRST, *options)
        progress(f"increment {number} on {target}")
        workshop.run(target, "duckshift", "intake", "--target", target)
        second = workshop.build(target, *options)
        # dbt's own record of a run is overwritten by the next.
        ended = json.dumps({FIRST: first, target: second}, indent=2)
        (folder / f"increment_{number}.json").write_text(ended, encoding="utf-8")
        progress(f"comparing increment {number}")
        report.increments.append(_compare(workshop, len(files), first, second))
    progress(f"documentation of {target}")
    # dbt compiles tests for the docs one by one, which takes as long as all the rest.
    without_tests = ("--exclude", "resource_type:test", "resource_type:unit_test")
    workshop.run(
        target, "dbt.cli.main", "--no-use-colors", "docs", "generate", "--target", target, *without_tests
    )
    return report


def in_two_increments(source: Path) -> tuple[list[str], list[str]]:
    """Return the files of a landing zone that arrived up to the middle of its days, and the later ones."""
    days = _days_of_arrival(source)
    if not days:
        raise UserError(f"{source} holds no landing files")
    ordered = sorted({day for day in days.values() if day})
    middle = ordered[len(ordered) // 2] if ordered else ""
    return (
        [file for file, day in days.items() if day <= middle],
        [file for file, day in days.items() if day > middle],
    )


def _days_of_arrival(source: Path) -> dict[str, str]:
    """Return the day of each file as YYYYMMDD: of its folder, or when its manifest says that it was produced.

    What has no day, the full load of a table, comes first.
    """
    days = {}
    for path in sorted(source.rglob("*")):
        file = path.relative_to(source).as_posix()
        if path.is_file() and not file.startswith("_truth/"):
            match = DAY.search(f"/{file}")
            days[file] = "".join(part for part in match.groups() if part) if match else ""
    for file in [file for file in days if Path(file).name.startswith("_manifest")]:
        try:
            manifest = json.loads((source / file).read_text(encoding="utf-8"))
            produced, described = manifest["produced_at"][:10].replace("-", ""), manifest["file"]
        except (ValueError, KeyError, TypeError):
            continue  # a broken manifest comes with its folder
        for arrived in (file, (Path(file).parent / described).as_posix()):
            if arrived in days:
                days[arrived] = produced
    return days


def _compare(workshop: Workshop, files: int, first: dict[str, str], second: dict[str, str]) -> Increment:
    found = [
        f"{node}: {first.get(node, 'not run')} on {FIRST}, {second.get(node, 'not run')} on {workshop.target}"
        for node in sorted(first.keys() | second.keys())
        if first.get(node) != second.get(node)
    ]
    variables = workshop.variables(workshop.target)
    with duckdb.connect() as working, connect(workshop.target, variables) as (connection, schema):
        working.execute("set TimeZone = 'UTC'")
        left = read_duckdb(working, workshop.database, FIRST)
        prefix = schema_of(schema, "")
        right = read_redshift(working, connection, prefix, workshop.target)
        found += differences(working, left, right)
        rows = 0
        for table in left.tables:
            counted = working.execute(f'select count(*) from "{FIRST}"."{table}"').fetchone()
            rows += counted[0] if counted else 0
    return Increment(files, len(first), len(left.tables), rows, found)
