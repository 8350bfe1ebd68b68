"""The SQL of a build without dbt: the statements that dbt wrote for its nodes, run one after the other.

They are the files in `target/run`: tables and views as they are created and sorted, seeds as they are copied,
tests as they count. What stands around them (looking at landing files, change logs, watermarks, the columns
that dbt asks for) is the price of dbt and of this project, and is what the comparison shows. Snapshots have
no statement of their own: their rows are copied from the warehouse that was built, as is every table that no
node made (control tables, the salt).
"""

import importlib.util
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from duckshift.bench.measuring import Measure
from duckshift.bench.nodes import Node
from duckshift.errors import UserError
from duckshift.settings import project_root

BUILT = "built"
CHANGE_LOG = "changes__"
"""How the tables begin that only the work around the statements reads; no node made them either."""
PLUGIN = "landing"


@dataclass(frozen=True)
class Straight:
    """What the statements took in one process."""

    by_node: dict[str, float]  # seconds by unique id
    seconds: float  # of all statements; starting Python and connecting is not in it
    cpu_seconds: float  # likewise
    peak_megabytes: float


def statements_of(nodes: Sequence[Node], target: Path) -> list[tuple[str, str]]:
    """Return (unique id, SQL) in the order in which dbt ran them; call before the next dbt command.

    Raises UserError for a node without a statement.
    """
    found = []
    for node in nodes:
        if node.kind == "snapshot":
            found.append((node.unique_id, f"create table {node.relation} as from {_in_built(node.relation)}"))
        elif node.kind != "operation":
            file = _file(node, target / "run")
            # Views and summaries are made beside the former ones, which are not there in a new database.
            found.append((node.unique_id, file.read_text().replace("__dbt_tmp", "")))
    return found


def run_straight(
    statements: Sequence[tuple[str, str]],
    nodes: Sequence[Node],
    built: Path,
    folder: Path,
    measured: Callable[[list[str], dict[str, str]], Measure],
    environment: dict[str, str],
) -> Straight:
    """Run the statements of nodes in an empty database, in a process of its own.

    `built` is the warehouse that dbt built with them.
    """
    folder.mkdir()
    plan = folder / "plan.json"
    # Statements name their database, so the new file has the name of the old one.
    plan.write_text(
        json.dumps(
            {
                "statements": statements,
                "database": str(folder / built.name),
                "built": str(built),
                "made": sorted({_in_schema(node.relation) for node in nodes if node.relation}),
                "plugins": str(project_root() / "plugins"),
                "memory_limit": environment.get("DUCKSHIFT_MEMORY_LIMIT", "4GB"),
            }
        )
    )
    command = [sys.executable, "-c", "from duckshift.bench.straight import main; main()", str(plan)]
    used = measured(command, environment)
    found = json.loads((folder / "found.json").read_text())
    return Straight(
        by_node=found["by_node"],
        seconds=sum(found["by_node"].values()),
        cpu_seconds=found["cpu_seconds"],
        peak_megabytes=used.peak_megabytes,
    )


def run_plan(plan: dict[str, Any]) -> dict[str, Any]:
    """Run a plan of run_straight in this process; return the seconds by unique id and the CPU time of all."""
    seconds: dict[str, float] = {}
    with duckdb.connect(plan["database"]) as connection:
        connection.execute(f"set memory_limit = '{plan['memory_limit']}'")
        connection.execute("set TimeZone = 'UTC'")
        _plugin(Path(plan["plugins"])).configure_connection(connection)
        connection.execute(f"attach '{plan['built']}' as {BUILT} (read_only)")
        _prepare(connection, frozenset(plan["made"]))
        cpu_seconds = _cpu_seconds()
        for unique_id, statement in plan["statements"]:
            began = time.perf_counter()
            connection.execute(statement).fetchall()
            seconds[unique_id] = time.perf_counter() - began
        return {"by_node": seconds, "cpu_seconds": _cpu_seconds() - cpu_seconds}


def main() -> None:
    """Run the plan that the last argument names; what it took is written beside it."""
    file = Path(sys.argv[-1])
    plan = json.loads(file.read_text())
    try:
        found = run_plan(plan)
    except duckdb.Error as error:
        sys.exit(f"a statement failed outside of dbt: {' '.join(str(error).split())[:300]}")
    (file.parent / "found.json").write_text(json.dumps(found))


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _prepare(connection: duckdb.DuckDBPyConnection, made: frozenset[str]) -> None:
    """Make the schemas of the built warehouse, with the tables in them that are not `made` by nodes."""
    schemas = connection.execute(
        "select schema_name from duckdb_schemas() where database_name = ? and not internal", [BUILT]
    ).fetchall()
    for (schema,) in schemas:
        connection.execute(f'create schema if not exists "{schema}"')
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [BUILT]
    ).fetchall()
    for schema, table in tables:
        name = f'"{schema}"."{table}"'
        if name not in made and not table.startswith(CHANGE_LOG):
            connection.execute(f"create table {name} as from {BUILT}.{name}")


def _plugin(folder: Path) -> Any:
    """Return the plugin that gives DuckDB the functions for landing files."""
    spec = importlib.util.spec_from_file_location(PLUGIN, folder / f"{PLUGIN}.py")
    if spec is None or spec.loader is None:
        raise UserError(f"{folder} holds no {PLUGIN}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Plugin(PLUGIN, {})


def _in_built(relation: str | None) -> str:
    return f"{BUILT}.{_in_schema(relation)}"


def _in_schema(relation: str | None) -> str:
    """Return schema and name of a relation of dbt without its database."""
    return (relation or "").partition(".")[2]


def _file(node: Node, folder: Path) -> Path:
    """Return the file that dbt wrote for a node: below that of its definition if one file defines many."""
    place = folder / "duckshift" / node.path
    if place.is_file():
        return place
    files = sorted(place.rglob(f"{node.file_stem}.sql"))
    if len(files) != 1:
        raise UserError(f"dbt left {len(files)} statements of {node.unique_id} in {place}")
    return files[0]
