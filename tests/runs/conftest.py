"""Copies of the small project beside this file, run by dbt on DuckDB or on a local Redshift server."""

import os
import re
import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.dbt_forks import DbtFork, start_dbt
from tests.redshift_servers import RedshiftServer, redshift_server

__all__ = ["redshift_server"]

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Path(__file__).parent / "project"
SCHEMA = "runs"


@dataclass(frozen=True)
class Outcome:
    """How a dbt command ended."""

    status: int
    output: str
    """What it wrote, without times."""

    def lines(self, part: str) -> list[str]:
        """Return the lines of the output that hold a text."""
        return [line.strip() for line in self.output.splitlines() if part in line]


@dataclass(frozen=True)
class Warehouse(ABC):
    """A copy of the project and what dbt builds from it."""

    folder: Path
    schema: str

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """Return the variables of the target."""

    @abstractmethod
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query; `named` says what stands for schemas."""

    @abstractmethod
    def run(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own; `named` says what stands for schemas."""

    def start(self, *arguments: str) -> DbtFork:
        """Start a dbt command in a process group of its own."""
        kept = {key: text for key, text in os.environ.items() if not key.startswith(("DBT_", "DUCKSHIFT_"))}
        own = {
            "DBT_PROFILES_DIR": str(ROOT / "profiles"),
            "DUCKSHIFT_PROJECT_ROOT": str(ROOT),
            "DUCKSHIFT_LANDING_ROOT": str(self.folder / "landing"),
            "NO_COLOR": "1",
        }
        environment = kept | own | self.environment()
        return start_dbt("--no-use-colors", *arguments, folder=self.folder, environment=environment)

    def dbt(self, *arguments: str) -> Outcome:
        """Run a dbt command."""
        return ended(self.start(*arguments))

    def succeeds(self, *arguments: str) -> Outcome:
        """Run a dbt command that must succeed."""
        outcome = self.dbt(*arguments)
        assert outcome.status == 0, outcome.output
        return outcome

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        (self.folder / path).write_text(text, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace a text, which must be there, in a file of the project."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def named(self, query: str) -> str:
        """Put the names of schemas into a query: for {ops}, {outside} and {schema}, that of the models."""
        prefix = "" if self.schema == "main" else f"{self.schema}_"
        names = {"ops": f"{prefix}ops", "outside": f"{self.schema}_outside", "schema": self.schema}
        for name, schema in names.items():
            query = query.replace("{" + name + "}", schema)
        return query

    def run_ids(self) -> list[int]:
        """Return the ids of all runs in the order in which they began."""
        return [row[0] for row in self.rows("select run_id from {ops}.runs order by run_id")]

    def holders(self) -> list[tuple[Any, ...]]:
        """Return who holds the run lock."""
        return self.rows("select run_id, invocation_id from {ops}.run_lock")

    def land(self, *events: tuple[int, int]) -> None:
        """Add events to what the first model reads."""
        self.run(*(f"insert into {{outside}}.events values ({event}, {amount})" for event, amount in events))

    def prepare(self) -> None:
        """Make what the models read."""
        self.run(
            "create schema {outside}",
            "create table {outside}.events (event_id integer, amount integer)",
            "create table {outside}.gate (n integer)",
            "insert into {outside}.events values (1, 5)",
            "insert into {outside}.gate values (1)",
        )


@dataclass(frozen=True)
class OnDuckDB(Warehouse):
    """The project on DuckDB."""

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.folder / "warehouse.duckdb"

    def environment(self) -> dict[str, str]:
        """Return the variables of the target."""
        # Relative to the project: in a folder with another profile dbt would parse all files anew.
        return {"DUCKSHIFT_TARGET": "duckdb", "DUCKSHIFT_DATABASE": self.database.name}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with duckdb.connect(str(self.database)) as connection:
            return connection.execute(self.named(query)).fetchall()

    def run(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own."""
        with duckdb.connect(str(self.database)) as connection:
            for statement in statements:
                connection.execute(self.named(statement))


@dataclass(frozen=True)
class OnRedshift(Warehouse):
    """The project on a local Redshift server, in schemas of its own."""

    server: RedshiftServer

    def environment(self) -> dict[str, str]:
        """Return the variables of the target."""
        return self.server.environment | {
            "DUCKSHIFT_TARGET": SCHEMA,
            "DBT_PROFILES_DIR": str(self.folder),
        }

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(self.named(query))
            return [tuple(row) for row in cursor.fetchall()]

    def run(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own."""
        with self.server.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(self.named(statement))


def ended(process: DbtFork) -> Outcome:
    """Wait for a command to end."""
    text, _ = process.communicate(timeout=300)
    return Outcome(process.wait(), re.sub(r"(?m)^\d\d:\d\d:\d\d  ?", "", text))


def copied_project(folder: Path) -> Path:
    """Copy the project together with the macros of the warehouse."""
    shutil.copytree(PROJECT, folder)
    shutil.copytree(ROOT / "macros", folder / "macros", ignore=shutil.ignore_patterns("*.yml"))
    (folder / "landing").mkdir()
    return folder


@pytest.fixture(scope="session")
def parsed_for_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, parsed once for all that are copied from it."""
    folder = copied_project(tmp_path_factory.mktemp("duckdb") / "project")
    OnDuckDB(folder, "main").succeeds("parse")
    return folder


@pytest.fixture(scope="session")
def parsed_for_redshift(redshift_server: RedshiftServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a profile for schemas of its own, parsed once for all that are copied from it."""
    folder = copied_project(tmp_path_factory.mktemp("redshift") / "project")
    profile = (ROOT / "profiles" / "profiles.yml").read_text(encoding="utf-8")
    own = profile[profile.index("    redshift_local:") :].replace("schema: main", f"schema: {SCHEMA}")
    own = own.replace("redshift_local:", f"{SCHEMA}:", 1)
    (folder / "profiles.yml").write_text(profile + "\n" + own, encoding="utf-8")
    OnRedshift(folder, SCHEMA, redshift_server).succeeds("parse")
    return folder


@pytest.fixture
def on_duckdb(parsed_for_duckdb: Path, tmp_path: Path) -> OnDuckDB:
    """A new warehouse on DuckDB."""
    warehouse = OnDuckDB(tmp_path / "project", "main")
    shutil.copytree(parsed_for_duckdb, warehouse.folder)
    warehouse.prepare()
    return warehouse


@pytest.fixture
def on_redshift(parsed_for_redshift: Path, redshift_server: RedshiftServer, tmp_path: Path) -> OnRedshift:
    """A new warehouse on the local Redshift server."""
    warehouse = OnRedshift(tmp_path / "project", SCHEMA, redshift_server)
    shutil.copytree(parsed_for_redshift, warehouse.folder)
    for name in ("{schema}", "{ops}", "{outside}", f"{SCHEMA}_vault"):
        warehouse.run(f"drop schema if exists {name} cascade")
    warehouse.prepare()
    return warehouse


# Parity of every change builds the whole project on Redshift, in two runs.
@pytest.fixture(params=["duckdb", pytest.param("redshift", marks=pytest.mark.full)])
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """A new warehouse, on each engine."""
    found: Warehouse = request.getfixturevalue(f"on_{request.param}")
    return found
