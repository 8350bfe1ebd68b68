"""What DuckDB itself says that each statement of a dbt run scanned: profiling, written to a log file.

The class `Plugin` is a dbt-duckdb plugin that turns the log on; `profiles_with_log` writes the profile that
loads it, so that only the run that is looked into pays for it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.adapters.duckdb.plugins import BasePlugin

from duckshift.settings import project_root

ENTRIES = "duckdb_log_entries.csv"  # DuckDB's own name


@dataclass(frozen=True)
class Statement:
    """One statement of a run."""

    sql: str
    rows_scanned: int  # of tables, by the row groups that their zone maps did not rule out
    seconds: float


class Plugin(BasePlugin):
    """Logs the metrics of every statement to `log_path` of its configuration."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keep the folder of the log."""
        self.log_path = str(plugin_config["log_path"])

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Open the log for all connections to this database."""
        path = self.log_path.replace("'", "''")
        conn.execute(f"call enable_logging('Metrics', storage = 'file', storage_path = '{path}')")

    def configure_cursor(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Profile every statement, also those that return no rows."""
        cursor.execute("set enable_profiling = 'no_output'")
        cursor.execute("set profiling_coverage = 'ALL'")


def profiles_with_log(folder: Path, log: Path) -> Path:
    """Write the project's profiles with the plugin to `folder` and return it."""
    profiles: dict[str, Any] = yaml.safe_load((project_root() / "profiles" / "profiles.yml").read_text())
    plugin = {"module": "duckshift.bench.scans", "config": {"log_path": str(log)}}
    for profile in profiles.values():
        for output in profile["outputs"].values():
            if output["type"] == "duckdb":
                output.setdefault("plugins", []).append(plugin)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))
    return folder


def statements(log: Path) -> list[Statement]:
    """Read the log of a run; statements in the order in which they ended."""
    with duckdb.connect() as connection:
        # An entry is a struct in DuckDB's notation: its value is the text between two known words.
        rows = connection.execute(
            """
            with entry as (
                select context_id, timestamp,
                    regexp_extract(message, '''metric'': ([a-z_.]+), ''value'': (.*), ''start_time''',
                        ['metric', 'value'], 's') as found,
                    try_cast(struct_extract(found, 'value') as double) as number,
                from read_csv(?, all_varchar = true, header = true, quote = '"', escape = '"')
                where type = 'Metrics'
            )
            select
                coalesce(max(case when found.metric = 'query.sql' then found.value end), '') as sql,
                coalesce(max(case when found.metric = 'query.total_rows_scanned' then number end), 0)
                    as rows_scanned,
                coalesce(max(case when found.metric = 'query.total_time' then number end), 0) as seconds,
            from entry
            group by context_id
            order by max(timestamp)
            """,
            [str(log / ENTRIES)],
        ).fetchall()
    return [Statement(str(sql), int(scanned), float(seconds)) for sql, scanned, seconds in rows]
