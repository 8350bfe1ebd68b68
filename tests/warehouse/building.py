"""Builds warehouses as a user does, with the dbt command, each in a folder of its own.

A folder holds a copy of the dbt project without `src/`, and every call refuses `import duckshift`: whatever
is built here is built without the package. Nothing is written in the checkout, and edits there change
nothing under way. dbt runs in a process of its own, because one that ran it keeps DuckDB's lock on the file.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.dbt_forks import WRITES_MANIFEST, run_dbt

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("dbt_project.yml", "profiles", "plugins", "macros", "models", "seeds", "snapshots", "tests/dbt")
DATABASE = "warehouse.duckdb"
BLOCKER_FOLDER = "without_package"
BLOCKER = """
import sys


class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "duckshift":
            raise ImportError("a warehouse must build without the package duckshift")


sys.meta_path.insert(0, Refuse())
"""


@dataclass(frozen=True)
class Outcome:
    """How a dbt command ended."""

    status: int
    output: str
    """What it wrote, without colours and times."""
    results: dict[str, str]
    """Status by node; nothing if it ended before the first."""

    @property
    def lines(self) -> list[str]:
        """The lines of the output that are not empty."""
        return [line.strip() for line in self.output.splitlines() if line.strip()]

    def nodes(self, *statuses: str) -> list[str]:
        """Return the names of the nodes that ended so, without their hash."""
        return sorted(node.split(".")[2] for node, status in self.results.items() if status in statuses)


@dataclass(frozen=True)
class Warehouse:
    """A copy of the dbt project with a database, and the landing zone it is built from."""

    folder: Path
    landing: Path

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.folder / DATABASE

    def environment(self) -> dict[str, str]:
        """Return the environment of a call: that of an activated checkout, but in this folder."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DBT_", "DUCKSHIFT_", "PYTHON"))
        }
        return kept | {
            "DBT_PROFILES_DIR": str(self.folder / "profiles"),
            "DUCKSHIFT_LANDING_ROOT": str(self.landing),
            # Relative to the project: in a folder with another profile dbt would parse all files anew (10 s).
            "DUCKSHIFT_DATABASE": DATABASE,
            "PYTHONPATH": str(self.folder / BLOCKER_FOLDER),
            "NO_COLOR": "1",
        }

    def dbt(self, *arguments: str, is_forked: bool = True, writes_manifest: bool = False) -> Outcome:
        """Run a dbt command in the folder; unless it is forked, by the script that users start.

        A fork leaves manifest.json as it was parsed unless `writes_manifest`: then it has the compiled SQL.
        """
        results = self.folder / "target" / "run_results.json"
        results.unlink(missing_ok=True)
        command = ("--no-use-colors", *arguments)
        if is_forked:
            # The log file of a build is a tenth of its time.
            environment = self.environment() | {"DBT_LOG_LEVEL_FILE": "none"}
            if writes_manifest:
                environment[WRITES_MANIFEST] = "1"
            status, printed = run_dbt(*command, folder=self.folder, environment=environment)
        else:
            done = subprocess.run(
                [Path(sys.executable).with_name("dbt"), *command],
                cwd=self.folder,
                env=self.environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            status, printed = done.returncode, done.stdout
        output = re.sub(r"\x1b\[[0-9;]*m", "", printed)
        output = re.sub(r"^\d\d:\d\d:\d\d ", "", output, flags=re.MULTILINE)
        found = json.loads(results.read_text())["results"] if results.is_file() else []
        return Outcome(status, output, {str(node["unique_id"]): str(node["status"]) for node in found})

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the database, which is opened to be read only."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(query).fetchall()

    def compiled(self, name: str) -> str:
        """Return the compiled SQL of the one node whose file has this name, or fits it as a pattern."""
        [file] = (self.folder / "target" / "compiled").rglob(f"{name}.sql")
        return file.read_text(encoding="utf-8")

    def copy(self, folder: Path, landing: Path | None = None) -> "Warehouse":
        """Return a copy of project and database, perhaps for another landing zone."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Warehouse(folder, landing or self.landing)


def prepare_project(folder: Path) -> None:
    """Copy the project without `src/` into a folder and parse it, once for all that are copied from it."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    (folder / BLOCKER_FOLDER).mkdir()
    (folder / BLOCKER_FOLDER / "sitecustomize.py").write_text(BLOCKER)
    parsed = Warehouse(folder, folder / "no_landing").dbt("parse")
    if parsed.status:
        raise RuntimeError(f"dbt parse failed:\n{parsed.output}")


def session_folder(factory: pytest.TempPathFactory, name: str) -> Path:
    """Return a folder of this test session, the same in all processes of pytest-xdist."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    return folder


def once(place: Path, make: Callable[[Path], None]) -> Path:
    """Have `make` fill a folder once for all processes of a test session, and return the folder."""
    done = place.with_name(f"{place.name}.done")
    with place.with_name(f"{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            make(place)
            done.touch()
    return place


def parsed_project(factory: pytest.TempPathFactory) -> Path:
    """Return the dbt project without `src/`, parsed once (half a minute) for all processes of a session."""
    return once(session_folder(factory, "warehouses") / "project", prepare_project)
