"""Measurements of the warehouse on this machine: figures to read, never asserted by tests.

Machines are noisy, so what matters is printed as a ratio of two things measured in the same run.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from duckshift.errors import UserError
from duckshift.settings import DATABASE_VARIABLE, LANDING_ROOT_VARIABLE, project_root

DBT = [sys.executable, "-m", "dbt.cli.main"]


@dataclass(frozen=True)
class Measure:
    """One command: wall time, CPU time of all cores, and the largest memory of its process."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float


@dataclass(frozen=True)
class BuildBench:
    """What `duckshift bench build` found."""

    scale: float
    days: int
    records: int
    generate: Measure
    start_dbt: Measure  # dbt's own start: parse and list, nothing built
    first_build: Measure
    second_build: Measure  # with nothing new
    nodes: int  # nodes of the first build
    opened_by_second_build: int | None  # landing files; None where the file system does not record access

    def lines(self) -> list[str]:
        """Return the figures as text, one a line."""
        opened = self.opened_by_second_build
        return [
            f"scale {self.scale:g}, {self.days} days, {self.records:,} records",
            _line("generate", self.generate, f"{self.records / self.generate.seconds:,.0f} records/s"),
            _line("dbt starts", self.start_dbt, "parse and list, nothing built"),
            _line("first build", self.first_build, f"{self.nodes} nodes with their tests"),
            _line("second build", self.second_build, "nothing new"),
            f"second / first build      {self.second_build.seconds / self.first_build.seconds:.2f}",
            f"first build / dbt's start {self.first_build.seconds / self.start_dbt.seconds:.1f}",
            "landing files opened by the second build: "
            + ("not recorded by this file system" if opened is None else str(opened)),
        ]


def bench_build(scale: float, days: int, seed: int, progress: Callable[[str], None]) -> BuildBench:
    """Generate a landing zone in a temporary folder, build the warehouse twice, and measure.

    Raises UserError if a build fails; files that are held and records that are rejected are no failure.
    """
    with tempfile.TemporaryDirectory(prefix="duckshift-bench-") as folder:
        root = Path(folder)
        landing = root / "landing"
        environment = environment_of(root, landing, root / "warehouse.duckdb")
        duckshift = [sys.executable, "-c", "from duckshift.cli import main; main()"]

        progress("generating")
        options = ["--scale", str(scale), "--days", str(days), "--seed", str(seed)]
        generated = measure([*duckshift, "generate", *options, "--to", str(landing)], environment)
        progress("starting dbt")
        measure([*DBT, "parse"], environment)
        started = measure([*DBT, "--quiet", "list", "--resource-type", "model"], environment)
        progress("first build")
        first = measure([*DBT, "build"], environment)
        nodes = len(json.loads((root / "target" / "run_results.json").read_text())["results"])
        progress("second build")
        can_see_access = forget_access(landing)
        second = measure([*DBT, "build"], environment)
        return BuildBench(
            scale=scale,
            days=days,
            records=_records(root / "warehouse.duckdb"),
            generate=generated,
            start_dbt=started,
            first_build=first,
            second_build=second,
            nodes=nodes,
            opened_by_second_build=len(accessed(landing)) if can_see_access else None,
        )


def environment_of(folder: Path, landing: Path, database: Path) -> dict[str, str]:
    """Return the environment in which dbt builds `landing` into `database`, its own files in `folder`."""
    return os.environ | {
        LANDING_ROOT_VARIABLE: str(landing),
        DATABASE_VARIABLE: str(database),
        "DUCKSHIFT_PROJECT_ROOT": str(project_root()),
        "DBT_PROFILES_DIR": str(project_root() / "profiles"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def _line(name: str, measure: Measure, note: str) -> str:
    return f"{name:<14}{measure.seconds:>8.1f} s {measure.peak_megabytes:>8,.0f} MB   {note}"


def measure(command: list[str], environment: dict[str, str]) -> Measure:
    """Run a command in the project's folder. Raises UserError with its last line if it fails."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=project_root(), env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        # wait4 and not Popen.wait: only it tells the memory of this one process.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace").strip().splitlines()
            raise UserError(f"`{' '.join(command[-2:])}` failed: {said[-1] if said else 'no output'}")
    return Measure(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _records(database: Path) -> int:
    import duckdb  # noqa: PLC0415 - not needed until everything is measured

    with duckdb.connect(str(database), read_only=True) as connection:
        counted = connection.execute(
            "select sum(landed_record_count) from ops.ops_record_accounting"
        ).fetchone()
    return int(counted[0]) if counted else 0


def forget_access(landing: Path) -> bool:
    """Set the access time of every file back behind its change; return whether a read would show."""
    files = [path for path in landing.rglob("*") if path.is_file()]
    for path in files:
        changed = path.stat().st_mtime_ns
        os.utime(path, ns=(changed - 1_000_000_000, changed))
    probe = landing / "_access_probe"
    probe.write_text("probe")
    changed = probe.stat().st_mtime_ns
    os.utime(probe, ns=(changed - 1_000_000_000, changed))
    probe.read_text()
    is_recorded = probe.stat().st_atime_ns > changed - 1_000_000_000
    probe.unlink()
    return is_recorded


def accessed(landing: Path) -> list[str]:
    """Return the data files read since forget_access, relative to `landing`.

    Manifests are not counted: those of waiting files are looked at again.
    """
    files = [path for path in landing.rglob("*") if path.is_file() and not path.name.startswith("_")]
    about = {path.relative_to(landing).as_posix(): path.stat() for path in files}
    return sorted(name for name, item in about.items() if item.st_atime_ns > item.st_mtime_ns - 1_000_000_000)
