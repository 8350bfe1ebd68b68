"""DuckDB == Redshift: one landing zone, delivered in two increments, built on both and compared exactly.

Each increment is built by plain dbt commands in processes of their own, as a user does. After each, every
node must have ended alike on both engines, and every table must hold the same rows with the same types, load
metadata aside. Tests run with the last: on equal rows they say the same twice. For that reason DuckDB runs
the singular ones only, whose SQL is their own; generic tests and unit tests, which need no rows, are those of
every `dbt build` there. What tests found is therefore not compared after the last increment. Half of the time
goes into the tests on Redshift: who has run them lately runs the singular ones there too.
"""

import contextlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from duckshift.arrival import days_of_arrival
from duckshift.comparison import LAYERS, LOADS, TESTED_LOADS, differences, read_duckdb, read_redshift
from duckshift.errors import UserError
from duckshift.redshift_connection import connect, schema_of
from duckshift.sources import generate
from duckshift.workshop import MODELS_ONLY, Workshop, folder_for, local_redshift

TARGETS = ("redshift_local", "redshift")
FIRST = "duckdb"
TESTS = ("test.", "unit_test.")
SINGULAR_TESTS = ("--exclude", "test_type:generic", "test_type:unit")
REDSHIFT_TESTS: dict[str, tuple[str, ...]] = {"all": (), "singular": SINGULAR_TESTS}


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


def prove(
    data: Data, folder: Path | None, *, target: str, tests: str = "all", progress: Callable[[str], None]
) -> ParityReport:
    """Compare DuckDB with a Redshift target; `folder` keeps what is built, a temporary one is removed.

    `tests` says which of them run on Redshift, a name of REDSHIFT_TESTS. For redshift_local a server is
    started and ended with it. Raises UserError if a build fails.
    """
    if tests not in REDSHIFT_TESTS:
        raise UserError(f"no such tests: {tests}; there are {' and '.join(REDSHIFT_TESTS)}")
    if target not in TARGETS:
        raise UserError(f"no such target: {target}; there are {' and '.join(TARGETS)}")
    if target == "redshift":
        _require_place_of_its_own(target)
    with contextlib.ExitStack() as opened:
        folder = folder_for(opened, folder, "parity")
        progress("landing files")
        source = data.landing_zone(folder / "source")
        environment = {}
        if target == "redshift_local":
            progress("starting the local Redshift server")
            environment = local_redshift(opened, folder)
        report = compare_increments(source, folder, target, environment, progress, REDSHIFT_TESTS[tests])
        if target == "redshift_local":
            shutil.copy2(folder / "redshift_local" / "statements.jsonl", folder / "statements.jsonl")
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
    source: Path,
    folder: Path,
    target: str,
    environment: dict[str, str],
    progress: Callable[[str], None],
    tests: tuple[str, ...] = (),
) -> ParityReport:
    """Deliver the landing zone `source` in two increments, build each on both engines, and compare.

    `environment` says where the Redshift target is, `tests` are options of its last build. Raises UserError
    if a build fails.
    """
    workshop = Workshop(folder, environment)
    report = ParityReport(target)
    increments = in_two_increments(source)
    for number, files in enumerate(increments, start=1):
        workshop.deliver(files, source)
        is_last = number == len(increments)
        progress(f"increment {number} on DuckDB")
        first = workshop.build(FIRST, *(SINGULAR_TESTS if is_last else MODELS_ONLY))
        progress(f"increment {number} on {target}")
        workshop.run(target, "duckshift", "intake", "--target", target)
        second = workshop.build(target, *(tests if is_last else MODELS_ONLY))
        # dbt's own record of a run is overwritten by the next.
        ended = json.dumps({FIRST: first, target: second}, indent=2)
        (folder / f"increment_{number}.json").write_text(ended, encoding="utf-8")
        progress(f"comparing increment {number}")
        left_out = TESTED_LOADS if is_last else LOADS
        report.increments.append(_compare(workshop, target, len(files), first, second, left_out))
    progress(f"documentation of {target}")
    # What is described is the catalog; the build has compiled every node.
    workshop.dbt(target, "docs", "generate", "--no-compile")
    return report


def in_two_increments(source: Path) -> tuple[list[str], list[str]]:
    """Return the files of a landing zone that arrived up to the middle of its days, and the later ones."""
    days = days_of_arrival(source)
    ordered = sorted({day for day in days.values() if day})
    middle = ordered[len(ordered) // 2] if ordered else ""
    return (
        [file for file, day in days.items() if day <= middle],
        [file for file, day in days.items() if day > middle],
    )


def _compare(
    workshop: Workshop,
    target: str,
    files: int,
    first: dict[str, str],
    second: dict[str, str],
    left_out: re.Pattern[str],
) -> Increment:
    found = [
        f"{node}: {first.get(node, 'not run')} on {FIRST}, {second.get(node, 'not run')} on {target}"
        for node in sorted(first.keys() | second.keys())
        if first.get(node) != second.get(node) and (node in first or not node.startswith(TESTS))
    ]
    variables = workshop.variables(target)
    with duckdb.connect() as working, connect(target, variables) as (connection, schema):
        working.execute("set TimeZone = 'UTC'")
        left = read_duckdb(working, workshop.database, FIRST, left_out=left_out)
        prefix = schema_of(schema, "")
        right = read_redshift(working, connection, prefix, target, left_out=left_out)
        found += differences(working, left, right)
        rows = 0
        for table in left.tables:
            counted = working.execute(f'select count(*) from "{FIRST}"."{table}"').fetchone()
            rows += counted[0] if counted else 0
    return Increment(files, len(first), len(left.tables), rows, found)
