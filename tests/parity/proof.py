"""One run of `duckshift parity`, which the tests of this folder and of others read."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.forked_commands import forked_dbt
from tests.warehouse.building import once, session_folder
from typer.testing import CliRunner

from duckshift.cli import app

OPTIONS = ("--scale", "0.01", "--days", "30", "--tests", "singular")


@dataclass(frozen=True)
class Proof:
    """What the command printed and left behind."""

    folder: Path

    @property
    def status(self) -> int:
        """The exit status of the command."""
        return int((self.folder / "status").read_text())

    @property
    def output(self) -> str:
        """All that it printed."""
        return (self.folder / "output").read_text()

    def artifact(self, target: str, name: str) -> Any:
        """Return one of dbt's artifacts (run_results.json, catalog.json ...) of a target."""
        return json.loads((self.folder / "built" / target / "target" / name).read_text())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over what DuckDB built."""
        with duckdb.connect(str(self.folder / "built" / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def ended(self, increment: int) -> dict[str, dict[str, str]]:
        """Return how each node ended in an increment, by target."""
        found: dict[str, dict[str, str]] = json.loads(
            (self.folder / "built" / f"increment_{increment}.json").read_text()
        )
        return found

    def statements(self) -> list[dict[str, Any]]:
        """Return what dbt and duckshift sent to the local Redshift server, in order."""
        lines = (self.folder / "built" / "statements.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]


def prove(folder: Path, *options: str) -> None:
    """Run the command, perhaps with more options; dbt is forked, which spares a third of the time."""
    command = ["parity", *OPTIONS, *options, "--keep", str(folder / "built")]
    with forked_dbt():
        done = CliRunner().invoke(app, command, env={"NO_COLOR": "1"})
    (folder / "status").write_text(str(done.exit_code))
    (folder / "output").write_text(done.output)


def prove_as_users_do(folder: Path, *options: str) -> None:
    """Run the command in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    done = subprocess.run(
        [sys.executable, "-m", "duckshift", "parity", *OPTIONS, *options, "--keep", str(folder / "built")],
        env=environment | {"NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    (folder / "status").write_text(str(done.returncode))
    (folder / "output").write_text(done.stdout)


def session_proof(factory: pytest.TempPathFactory) -> Proof:
    """Return the proof, run once for all processes of a test session."""
    return Proof(once(session_folder(factory, "parity") / "proof", prove))
