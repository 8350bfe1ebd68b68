"""One local Redshift server, and the same landing zone built on it and on DuckDB."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from tests.redshift_servers import RedshiftServer, redshift_server
from tests.warehouse.building import BLOCKER, BLOCKER_FOLDER, PARTS, ROOT, Outcome, Warehouse

from duckshift.comparison import differences, read_duckdb, read_redshift
from duckshift.intake import IntakeReport, take_in
from duckshift.intake.places import places
from duckshift.redshift_local import process

__all__ = ["redshift_server"]

TARGET = "redshift_local"
S3_ROOT = "s3://lake/duckshift"


@dataclass(frozen=True)
class Workshop(Warehouse):
    """A copy of the project and a landing zone, built on both engines."""

    server: RedshiftServer

    @property
    def variables(self) -> dict[str, str]:
        """What finds the local server."""
        return self.server.environment | {process.FOLDER_VARIABLE: str(self.server.folder)}

    @property
    def s3(self) -> Path:
        """The folder that stands for S3_ROOT."""
        return self.server.s3_root / "lake" / "duckshift"

    def environment(self) -> dict[str, str]:
        """Return the environment of a call of dbt."""
        return super().environment() | self.variables

    def intake(self, source: str | None = None) -> IntakeReport:
        """Take in what is new."""
        with (
            changed_environment(self.variables),
            places(TARGET, source or str(self.landing), S3_ROOT) as (zone, store, url),
        ):
            return take_in(zone, store, url, TARGET, lambda _: None)

    def on_duckdb(self, *arguments: str) -> Outcome:
        """Run a dbt command that must succeed."""
        return succeeded(self.dbt(*arguments))

    def on_redshift(self, *arguments: str) -> Outcome:
        """Run a dbt command that must succeed."""
        return succeeded(self.try_on_redshift(*arguments))

    def try_on_redshift(self, *arguments: str) -> Outcome:
        """Run a dbt command; its artifacts have a place of their own, so that neither engine parses anew."""
        return self.dbt(*arguments, "--target", TARGET, "--target-path", "target_redshift")

    def differences(self) -> list[str]:
        """Return what differs between the two warehouses in any table."""
        with duckdb.connect() as working, self.server.connect() as connection:
            working.execute("set TimeZone = 'UTC'")
            left = read_duckdb(working, self.database, "duckdb")
            right = read_redshift(working, connection, "", "redshift")
            return differences(working, left, right)

    def redshift_rows(self, query: str) -> list[tuple[object, ...]]:
        """Return the rows of a query on Redshift."""
        with self.server.connect() as connection:
            cursor = connection.cursor()
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

    def drop(self, *schemas: str) -> None:
        """Drop schemas on Redshift, with all that is in them."""
        with self.server.connect() as connection:
            for schema in schemas:
                connection.cursor().execute(f"drop schema if exists {schema} cascade")


@contextmanager
def changed_environment(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables of this process for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("DUCKSHIFT_", "DBT_"))]:
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


def copy_bronze_project(folder: Path) -> None:
    """Copy so much of the project as bronze and its ledger need: the whole takes dbt 10 s to parse."""
    for part in PARTS:
        source = ROOT / part
        if source.is_file():
            shutil.copy2(source, folder / part)
        elif part not in ("seeds", "snapshots"):
            shutil.copytree(source, folder / part, ignore=_not_for_bronze)
    (folder / BLOCKER_FOLDER).mkdir()
    (folder / BLOCKER_FOLDER / "sitecustomize.py").write_text(BLOCKER)


def _not_for_bronze(folder: str, names: list[str]) -> list[str]:
    kept = {
        ROOT / "models": {"_groups.yml", "bronze", "ops"},
        ROOT / "models" / "ops": {"_ops__sources.yml", "ops_landed_records.sql", "ops_load_ledger.sql"},
        ROOT / "tests" / "dbt": {"generic"},
    }.get(Path(folder), set(names))
    return [name for name in names if name not in kept or name == "__pycache__"]


def succeeded(outcome: Outcome) -> Outcome:
    assert outcome.status == 0, outcome.output[-4000:]
    return outcome


@pytest.fixture(scope="session")
def new_workshop(
    redshift_server: RedshiftServer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], Workshop]:
    """Return a function that gives an empty workshop on an empty server."""

    def make(landing: Path) -> Workshop:
        workshop = Workshop(tmp_path_factory.mktemp("workshop"), landing, redshift_server)
        copy_bronze_project(workshop.folder)
        workshop.drop("bronze", "silver", "gold", "ops", "quarantine", "reference", "vault", "landing")
        return workshop

    return make
