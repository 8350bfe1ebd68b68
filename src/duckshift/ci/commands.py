"""dbt commands of a check: against the target `ci`, in a work folder whose paths never change."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duckshift import processes
from duckshift.ci.state import MANIFEST, RESULTS, State, read_json
from duckshift.errors import UserError, without_values
from duckshift.workshop import dbt_arguments

TARGET = "ci"


@dataclass(frozen=True)
class Outcome:
    """How a dbt command ended."""

    status: int
    output: str

    def errors(self) -> list[str]:
        """Return what dbt said was wrong, in a few lines without values of rows."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        start = next((n for n, line in enumerate(lines) if "rror" in line), max(len(lines) - 3, 0))
        return without_values("\n".join(lines[start : start + 12])).split("\n")


@dataclass(frozen=True)
class Work:
    """The work folder of a check, in which everything that it writes lies."""

    folder: Path
    project: Path
    state: State

    @property
    def database(self) -> Path:
        """The file that dbt builds into."""
        return self.folder / "ci.duckdb"

    @property
    def built(self) -> Path:
        """The file with what was built from nothing, once a replay takes the place of `database`."""
        return self.folder / "built.duckdb"

    @property
    def production(self) -> Path:
        """A link to the state's file: the profile names it, so the state may lie anywhere."""
        return self.folder / "production.duckdb"

    @property
    def artifacts(self) -> Path:
        """dbt's artifacts."""
        return self.folder / "target"

    def prepare(self) -> None:
        """Make way for a new check; what dbt has parsed stays."""
        self.artifacts.mkdir(parents=True, exist_ok=True)
        for file in (self.database, self.built):
            remove_database(file)
        for name in (MANIFEST, RESULTS):
            (self.artifacts / name).unlink(missing_ok=True)
        self.production.unlink(missing_ok=True)
        self.production.symlink_to(self.state.database.resolve())

    def variables(self) -> dict[str, str]:
        """Return the environment of the commands."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("DBT_")}
        own = {
            "DBT_PROFILES_DIR": "profiles",
            "DBT_TARGET_PATH": self._named(self.artifacts),
            "DBT_LOG_PATH": self._named(self.folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            # With other paths in its profile dbt would parse all files anew.
            "DUCKSHIFT_PROJECT_ROOT": ".",
            "DUCKSHIFT_CI_DATABASE": self._named(self.database),
            "DUCKSHIFT_CI_PRODUCTION": self._named(self.production),
            "DUCKSHIFT_CI_PRODUCTION_NAME": str(self.state.facts["name"]),
            "NO_COLOR": "1",
        }
        return kept | own

    def _named(self, path: Path) -> str:
        return os.path.relpath(path.absolute(), self.project.absolute())

    def dbt(self, command: str, *options: str) -> Outcome:
        """Run a dbt command that compares with, and defers to, production."""
        state = ("--state", str(self.state.folder.absolute()))
        with processes.start(
            processes.DBT,
            *dbt_arguments(TARGET, command, *state, *options),
            folder=self.project,
            environment=self.variables(),
        ) as running:
            output, _ = running.communicate()
        return Outcome(running.wait(), output)

    def list_modified(self) -> tuple[Outcome, list[str]]:
        """Ask dbt what differs from production: unique ids."""
        # Tests of what changed are no change themselves.
        selected = ("--select", "state:modified", "--indirect-selection", "empty")
        outcome = self.dbt("ls", *selected, "--output", "json", "--output-keys", "unique_id", "--quiet")
        found = [line for line in outcome.output.splitlines() if line.startswith("{")]
        return outcome, [json.loads(line)["unique_id"] for line in found] if outcome.status == 0 else []

    def put_built_aside(self) -> None:
        """Make way for a replay; what was built is kept."""
        self.database.rename(self.built)

    def manifest(self) -> dict[str, Any] | None:
        """Return what dbt has made of the project; None if it could not."""
        file = self.artifacts / MANIFEST
        return dict(read_json(file)) if file.is_file() else None

    def build(self, names: Iterable[str], *options: str) -> tuple[Outcome, list[dict[str, Any]]]:
        """Build and test nodes by name beside production; return how each ended."""
        wanted = set(names)
        results = self.artifacts / RESULTS
        results.unlink(missing_ok=True)
        outcome = self.dbt(
            "build", "--defer", *options, "--indirect-selection", "empty", "--select", *sorted(wanted)
        )
        if not results.is_file():
            raise UserError(f"dbt build ended before its first node: {' '.join(outcome.errors())[:600]}", 1)
        found = list(read_json(results)["results"])
        manifest = self.manifest() or {"nodes": {}, "unit_tests": {}}
        nodes = {**manifest["nodes"], **manifest["unit_tests"]}
        # dbt only warns of a name that selects nothing.
        ended = (nodes[result["unique_id"]] for result in found if result["unique_id"] in nodes)
        missing = wanted - {selector(node) for node in ended}
        if missing:
            said = f": {' '.join(outcome.errors())[:600]}" if outcome.status else ""
            raise UserError(
                f"dbt ran {len(missing)} nodes of the change not at all, such as {min(missing)}{said}", 1
            )
        return outcome, found


def selector(node: dict[str, Any]) -> str:
    """Return how dbt selects one node."""
    # A unit test of a version has its number, but goes by its own name.
    if node.get("version") is not None and node["resource_type"] == "model":
        return f"{node['name']}.v{node['version']}"
    return str(node["name"])


def remove_database(file: Path) -> None:
    """Remove a DuckDB file and its log."""
    for path in (file, file.with_name(f"{file.name}.wal")):
        path.unlink(missing_ok=True)
