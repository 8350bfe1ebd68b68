"""What writing rows in the order of the sort key saves on DuckDB: scans skip row groups by their zone maps.

The same rows are written twice, shuffled and in order, and asked for by filters on the sort key. Rows and row
groups are what DuckDB itself counts; times are ratios of two queries of the same run.
"""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

# Sorted like gold.fct_order_items: three years of lines, the date first, then one of 5,000 products.
ROWS = """
create table {table} as
select
    range as order_item_id,
    date '2022-01-01' + cast(range * 1096 // {rows} as integer) as order_date,
    hash(range) % 5000 as product_key,
    cast(hash(range + 1) % 100000 / 100 as decimal(18, 2)) as net_amount
from range({rows})
order by {order}
"""

ORDERS = {"shuffled": "hash(order_item_id)", "ordered": "order_date, product_key"}

MAY = "order_date between date '2023-05-01' and date '2023-05-31'"
FILTERS = {
    "one month": MAY,
    "one product, one month": f"{MAY} and product_key = 42",
    "one product": "product_key = 42",
}

REPEATS = 5


@dataclass(frozen=True)
class Scan:
    """What one query read."""

    rows: int
    row_groups: int
    seconds: float


@dataclass(frozen=True)
class PruningBench:
    """What `duckshift bench pruning` found: per filter the scans of the shuffled and the ordered table."""

    rows: int
    row_groups: int
    scans: dict[str, tuple[Scan, Scan]]

    def as_json(self) -> dict[str, Any]:
        """Return the figures for programs."""
        scans = {name: dict(zip(ORDERS, map(asdict, both), strict=True)) for name, both in self.scans.items()}
        return {"rows": self.rows, "row_groups": self.row_groups, "scans": scans}

    def lines(self) -> list[str]:
        """Return the figures as text, one a line."""
        lines = [
            f"{self.rows:,} rows in {self.row_groups} row groups, sorted by order_date, product_key",
            f"{'rows scanned':<24}{'shuffled':>12}{'ordered':>12}{'fewer rows':>12}{'faster':>10}",
        ]
        for name, (shuffled, ordered) in self.scans.items():
            fewer = f"{shuffled.rows / max(ordered.rows, 1):.1f} x"
            faster = f"{shuffled.seconds / ordered.seconds:.1f} x"
            lines.append(f"{name:<24}{shuffled.rows:>12,}{ordered.rows:>12,}{fewer:>12}{faster:>10}")
        return lines


def bench_pruning(rows: int, progress: Callable[[str], None]) -> PruningBench:
    """Write `rows` rows twice to a temporary database and count what filters scan."""
    with tempfile.TemporaryDirectory(prefix="duckshift-bench-") as folder:
        path = Path(folder) / "pruning.duckdb"
        with duckdb.connect(str(path)) as connection:
            for table, order in ORDERS.items():
                progress(f"writing rows {table}")
                connection.execute(ROWS.format(table=table, rows=rows, order=order))
            connection.execute("checkpoint")
            progress("scanning")
            scans = {name: _scans(connection, condition) for name, condition in FILTERS.items()}
            everything = _scan(connection, "ordered", "net_amount >= 0")
    return PruningBench(everything.rows, everything.row_groups, scans)


def _scans(connection: duckdb.DuckDBPyConnection, condition: str) -> tuple[Scan, Scan]:
    shuffled, ordered = (_scan(connection, table, condition) for table in ORDERS)
    return shuffled, ordered


def _scan(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> Scan:
    query = f"select sum(net_amount) from {table} where {condition}"
    explained = connection.execute(f"explain (analyze, format json) {query}").fetchall()
    profile: dict[str, Any] = json.loads(explained[0][1])["query"]
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        connection.execute(query).fetchall()
        seconds.append(time.perf_counter() - began)
    return Scan(profile["total_rows_scanned"], profile["total_row_groups_scanned"], min(seconds))
