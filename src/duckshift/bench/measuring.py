"""Measurements of the warehouse on this machine: figures to read, never asserted by tests.

Machines are noisy, so what matters is printed as a ratio of two things measured in the same run.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from duckshift import processes
from duckshift.errors import UserError
from duckshift.settings import DATABASE_VARIABLE, LANDING_ROOT_VARIABLE, project_root

DBT = [sys.executable, "-m", processes.DBT]


@dataclass(frozen=True)
class Measure:
    """One command: wall time, CPU time of all cores, and the largest memory of its process."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float


@dataclass(frozen=True)
class Sample:
    """The memory of a process at a moment."""

    at: float  # seconds since 1970
    megabytes: float


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


def measure(
    command: list[str],
    environment: dict[str, str],
    samples: list[Sample] | None = None,
    *,
    folder: Path | None = None,
) -> Measure:
    """Run a command in the project's folder, or another; its memory as it goes is added to `samples`.

    Raises UserError with its last line if it fails.
    """
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder or project_root(), env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        has_ended = threading.Event()
        if samples is not None:
            sampling = (process.pid, samples, has_ended)
            threading.Thread(target=_sample, args=sampling, daemon=True).start()
        # wait4 and not Popen.wait: only it tells the memory of this one process.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        has_ended.set()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace").strip().splitlines()
            raise UserError(f"`{' '.join(command[-2:])}` failed: {said[-1] if said else 'no output'}")
    return Measure(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _sample(pid: int, samples: list[Sample], has_ended: threading.Event) -> None:
    """Add the memory of a process every 50 ms; nothing where the system has no /proc."""
    file = Path(f"/proc/{pid}/statm")
    megabytes_per_page = os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
    while not has_ended.wait(0.05):
        try:
            pages = int(file.read_text().split()[1])
        except (OSError, IndexError):  # it has just ended
            return
        samples.append(Sample(time.time(), pages * megabytes_per_page))


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
