"""A folder in which a warehouse is built, by plain dbt commands in processes of their own, as users do it."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from duckshift import processes, settings
from duckshift.errors import UserError
from duckshift.redshift_local import process

MODELS_ONLY = ("--exclude-resource-type", "test", "unit_test")
PROJECT_PARTS = (
    "dbt_project.yml", "profiles", "plugins", "contracts", "macros", "models", "seeds", "snapshots",
    "tests/dbt",
)  # fmt: skip
"""What makes the dbt project, without the package."""


@dataclass(frozen=True)
class Workshop:
    """A landing zone, the warehouse built from it, and the environment of the commands that build it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    project: Path | None = None
    """A copy of the dbt project; the checkout's if there is none."""
    options: tuple[str, ...] = ()
    """Options of every `dbt build`, such as --select."""

    @property
    def landing(self) -> Path:
        """The landing zone."""
        return self.folder / "landing"

    @property
    def database(self) -> Path:
        """The warehouse on DuckDB."""
        return self.folder / "warehouse.duckdb"

    def artifacts(self, target: str) -> Path:
        """Return the folder of dbt's artifacts for a target."""
        return (self.project / "target") if self.project else self.folder / target / "target"

    def variables(self, target: str) -> dict[str, str]:
        """Return the environment of a command for one engine: each has its own artifacts and logs."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("DBT_") or name.startswith("DBT_ENV_SECRET_")
        }
        project = self.project or settings.project_root()
        kept |= {
            "DUCKSHIFT_PROJECT_ROOT": str(project),
            "DBT_PROFILES_DIR": str(project / "profiles"),
            "DBT_TARGET_PATH": str(self.artifacts(target)),
            "DBT_LOG_PATH": str(self.folder / target / "logs"),
            # The SQL of every statement, which is a tenth of a build's time; what failed is kept as printed.
            "DBT_LOG_LEVEL_FILE": "info",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DUCKSHIFT_LANDING_ROOT": str(self.landing),
            "DUCKSHIFT_DATABASE": str(self.database),
            "NO_COLOR": "1",
        }
        if self.project:
            # With other paths in its profile dbt would parse all files anew (10 s).
            kept |= {
                "DUCKSHIFT_PROJECT_ROOT": ".",
                "DBT_PROFILES_DIR": "profiles",
                "DUCKSHIFT_LANDING_ROOT": os.path.relpath(self.landing, project),
                "DUCKSHIFT_DATABASE": os.path.relpath(self.database, project),
            }
        if target == "redshift":
            # One's own profile says how to log in to a cluster.
            kept["DBT_PROFILES_DIR"] = os.environ.get("DBT_PROFILES_DIR") or kept["DBT_PROFILES_DIR"]
        return kept | self.environment

    def start(self, target: str, module: str, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command of dbt or duckshift."""
        folder = self.project or settings.project_root()
        return processes.start(module, *arguments, folder=folder, environment=self.variables(target))

    def attempt(self, target: str, module: str, *arguments: str) -> tuple[int, str]:
        """Run a command; return its exit status and what it printed."""
        with self.start(target, module, *arguments) as running:
            output, _ = running.communicate()
        return running.returncode, output

    def run(self, target: str, module: str, *arguments: str) -> str:
        """Run a command of dbt or duckshift; return what it printed. A failure is a UserError."""
        status, output = self.attempt(target, module, *arguments)
        if status:
            raise self.failure(target, f"`{module.partition('.')[0]} {' '.join(arguments)}` failed", output)
        return output

    def failure(self, target: str, what: str, output: str) -> UserError:
        """Keep what a command printed, and return the error that says so."""
        log = self.folder / target / "failed.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(output, encoding="utf-8")
        said = [line for line in output.splitlines() if "Error" in line or "rror in" in line]
        return UserError(
            f"{what}; all it said is in {log}: " + " ".join((said or output.splitlines()[-1:])[:3])
        )

    def dbt(self, target: str, *arguments: str) -> str:
        """Run a dbt command that must succeed; return what it printed."""
        return self.run(target, processes.DBT, *dbt_arguments(target, *arguments))

    def build(self, target: str, *options: str) -> dict[str, str]:
        """Build, with tests unless an option leaves them out; return how each node ended."""
        self.dbt(target, "build", *options, *self.options)
        results = json.loads((self.artifacts(target) / "run_results.json").read_text())["results"]
        return {str(node["unique_id"]): str(node["status"]) for node in results}

    def deliver(self, files: Iterable[str], source: Path) -> None:
        """Copy landing files of another zone into this one, with their times."""
        for file in files:
            (self.landing / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / file, self.landing / file)


def dbt_arguments(target: str, command: str, *options: str) -> tuple[str, ...]:
    """Return the arguments of a dbt command for a target."""
    return "--no-use-colors", command, "--target", target, *options


def copy_project(folder: Path) -> Path:
    """Copy the dbt project as it is now, so that edits in the checkout change nothing under way."""
    root = settings.project_root()
    for part in PROJECT_PARTS:
        source, copy = root / part, folder / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            shutil.copy2(source, copy)
    return folder


def folder_for(opened: contextlib.ExitStack, kept: Path | None, purpose: str) -> Path:
    """Return the folder to keep, which must be new, or a temporary one that goes with `opened`."""
    if kept is None:
        return Path(opened.enter_context(tempfile.TemporaryDirectory(prefix=f"duckshift-{purpose}-")))
    if kept.exists() and (not kept.is_dir() or any(kept.iterdir())):
        raise UserError(f"{kept} is not empty: {purpose} builds from nothing, name another folder")
    return kept.absolute()


def local_redshift(opened: contextlib.ExitStack, folder: Path, *, port: int = 0) -> dict[str, str]:
    """Start a local Redshift server that ends with `opened`; return the environment that finds it."""
    server = folder / "redshift_local"
    opened.callback(process.stop, server)
    started = process.start(server, port, folder / "s3", with_this_process=True)
    return {
        process.PORT_VARIABLE: str(started.state.port),
        process.FOLDER_VARIABLE: str(server),
        settings.S3_ROOT_VARIABLE: "s3://duckshift-proof",
    }
