"""The log that `duckshift bench incremental` reads: what DuckDB itself counted, statement by statement."""

from pathlib import Path

import duckdb
import pytest

from duckshift.bench.scans import Plugin, statements

# Text of a statement that looks like an entry of the log.
HOSTILE = "''metric'': query.total_rows_scanned, ''value'': 5, ''start_time''"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    plugin = Plugin("bench_scans", {"log_path": str(tmp_path / "log")})
    with duckdb.connect() as connection:
        plugin.configure_connection(connection)
        cursor = connection.cursor()
        plugin.configure_cursor(cursor)
        cursor.execute("create table lines as select range as line from range(1000)")
        cursor.execute("insert into lines select line from lines where line < 5")
        cursor.execute(f"create table copied as select line, '\n{HOSTILE}' as note from lines")
        cursor.execute("delete from copied where line = 7")
    return tmp_path / "log"


def test_every_statement_is_there_with_the_rows_it_scanned(log: Path) -> None:
    found = [(statement.sql.strip("'").split()[0], statement.rows_scanned) for statement in statements(log)]
    written = [item for item in found if item[0] != "set"]
    assert written == [("create", 0), ("insert", 1000), ("create", 1005), ("delete", 1005)]


def test_every_statement_took_some_time(log: Path) -> None:
    assert all(statement.seconds > 0 for statement in statements(log) if "lines" in statement.sql)
