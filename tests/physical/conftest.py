"""Copies of the small project beside this file, run by dbt on DuckDB or on a local Redshift server."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tests.dbt_forks import run_dbt
from tests.redshift_servers import RedshiftServer, redshift_server

__all__ = ["redshift_server"]

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Path(__file__).parent / "project"


@dataclass(frozen=True)
class Outcome:
    """How a dbt command ended."""

    status: int
    output: str
    """What it wrote, without times."""

    def lines(self, beginning: str) -> list[str]:
        """Return the lines of the output that begin so."""
        return [line for line in self.output.splitlines() if line.startswith(beginning)]


@dataclass(frozen=True)
class DbtProject:
    """A copy of the project, in a folder of its own."""

    folder: Path
    schema: str

    def model(self, name: str, query: str, columns: dict[str, dict[str, Any]], **config: Any) -> None:
        """Write a model, or write it anew."""
        settings = ", ".join(f"{setting}={value!r}" for setting, value in config.items())
        text = f"{{{{ config({settings}) }}}}\n\n{query}\n"
        (self.folder / "models" / f"{name}.sql").write_text(text, encoding="utf-8")
        described = [{"name": column} | properties for column, properties in columns.items()]
        properties = {"version": 2, "models": [{"name": name, "columns": described}]}
        path = self.folder / "models" / f"_{name}.yml"
        path.write_text(yaml.safe_dump(properties, sort_keys=False), encoding="utf-8")

    def dbt(self, *arguments: str) -> Outcome:
        """Run a dbt command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
        environment = kept | {"DBT_PROFILES_DIR": str(self.folder), "NO_COLOR": "1"}
        status, output = run_dbt("--no-use-colors", *arguments, folder=self.folder, environment=environment)
        return Outcome(status, re.sub(r"(?m)^\d\d:\d\d:\d\d  ?", "", output))

    def succeeds(self, *arguments: str) -> Outcome:
        """Run a dbt command that must succeed."""
        outcome = self.dbt(*arguments)
        assert outcome.status == 0, outcome.output
        return outcome


def copy_project(folder: Path, schema: str, target: dict[str, Any], *, empty: bool = False) -> DbtProject:
    """Copy the project, or all of it but its models, with the macros of the warehouse."""
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    for name in ("physical", "overrides", "ops", "incremental"):
        shutil.copytree(ROOT / "macros" / name, folder / "macros" / name)
    if empty:
        shutil.rmtree(folder / "snapshots")
        for path in (folder / "models").iterdir():
            path.unlink()
    output = {"schema": schema, "threads": 1, **target}
    profile = {"duckshift": {"target": "it", "outputs": {"it": output}}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    return DbtProject(folder, schema)


def on_duckdb(folder: Path, *, empty: bool = False) -> DbtProject:
    """Copy the project for DuckDB; the database is `physical.duckdb`."""
    target = {"type": "duckdb", "path": str(folder / "physical.duckdb")}
    return copy_project(folder, "main", target, empty=empty)


def on_redshift(folder: Path, server: RedshiftServer, schema: str, *, empty: bool = False) -> DbtProject:
    """Copy the project for a local server."""
    target = {
        "type": "redshift",
        "host": server.host,
        "port": server.port,
        "user": "duckshift",
        "password": "duckshift",
        "dbname": "duckshift",
        "sslmode": "disable",
        "retries": 0,
    }
    return copy_project(folder, schema, target, empty=empty)


@dataclass(frozen=True)
class Catalog:
    """What the catalog says of the tables of a schema."""

    server: RedshiftServer
    schema: str

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

    def run(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own."""
        with self.server.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def design(self, table: str) -> tuple[str, str, str]:
        """Return distribution style, first sort column and whether encodings are chosen by Redshift."""
        (row,) = self.rows(
            f"""select diststyle, sortkey1, encoded from svv_table_info
                where "schema" = '{self.schema}' and "table" = '{table}'"""
        )
        return str(row[0]), str(row[1]), str(row[2])

    def encodings(self, table: str) -> dict[str, str]:
        """Return the encoding of each column, in order."""
        return {str(name): str(encoding) for name, encoding in self._columns(table, "encoding")}

    def sort_key(self, table: str) -> list[str]:
        """Return the columns of the sort key, in order."""
        found = [(position, str(name)) for name, position in self._columns(table, "sortkey") if position]
        return [name for _, name in sorted(found)]

    def not_null(self, table: str) -> list[str]:
        """Return the columns that must have a value."""
        return [str(name) for name, is_nullable in self._columns(table, "is_nullable") if is_nullable == "NO"]

    def keys(self) -> set[str]:
        """Return the names of the primary and foreign keys."""
        query = f"""select constraint_name from information_schema.table_constraints
            where table_schema = '{self.schema}' and constraint_type in ('PRIMARY KEY', 'FOREIGN KEY')"""
        return {str(name) for (name,) in self.rows(query)}

    def _columns(self, table: str, what: str) -> list[tuple[Any, ...]]:
        return self.rows(
            f"""select column_name, {what} from svv_redshift_columns
                where schema_name = '{self.schema}' and table_name = '{table}' order by ordinal_position"""
        )
