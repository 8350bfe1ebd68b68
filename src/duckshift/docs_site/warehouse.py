"""What the pages say of the built warehouse: rows, sizes, physical design as measured, tests, quality.

Counts, shares and times only: no value of a row is read, but to be compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb

from duckshift.docs_site.artifacts import Project, Table

BLOCK = 262_144  # bytes; DuckDB's
SLICES = 4
ZONES = 100

Rows = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Physical:
    """How a table lies on disk."""

    rows: int
    size: int | None  # bytes of its columns in the DuckDB file; None for a view
    slices: tuple[int, ...]  # rows by imagined slice, of a table with a distribution key
    zones: int  # blocks of rows, in the order in which they lie; 0 without a sort key
    zones_read: float | None  # that a filter on one value of the first sort column has to read, on average

    @property
    def skew(self) -> float | None:
        """Rows of the fullest slice for one of the average slice."""
        return max(self.slices) * len(self.slices) / sum(self.slices) if sum(self.slices) else None


@dataclass(frozen=True)
class Outcome:
    """How a test ended when it last ran."""

    failing_rows: int
    is_errored: bool
    run_id: int


@dataclass(frozen=True)
class Measured:
    """Everything that is read from the warehouse, by table or row by row."""

    physical: dict[str, Physical]  # by unique id; what is not built is not in it
    outcomes: dict[str, Outcome]  # by name of the test
    runs: list[tuple[Any, ...]]
    scores: list[tuple[Any, ...]]
    freshness: list[tuple[Any, ...]]
    accounting: list[tuple[Any, ...]]


def measure(connection: duckdb.DuckDBPyConnection, project: Project) -> Measured:
    """Read the warehouse."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    built = {
        (schema, name): kind
        for schema, name, kind in rows(
            "select table_schema, table_name, table_type from information_schema.tables"
        )
    }
    sizes = read_sizes(rows, [place for place, kind in built.items() if kind == "BASE TABLE"])
    physical = {
        table.unique_id: read_physical(rows, table, sizes.get((table.schema, table.identifier)))
        for table in project.tables.values()
        if table.has_rows and (table.schema, table.identifier) in built
    }
    return Measured(
        physical=physical,
        outcomes={
            name: Outcome(failing, errored, run_id)
            for name, failing, errored, run_id in rows(
                "select test_name, failing_row_count, is_errored, run_id from ops.test_findings"
            )
        },
        runs=rows("""
            select
                run_id, command, run_state, started_at, duration_seconds, success_count, pass_count,
                warn_count, fail_count, error_count, loaded_file_count, landed_record_count,
                rejected_record_count, written_row_count
            from ops.ops_run_history
            order by run_id desc
            limit 10
        """),
        scores=rows("""
            select
                quality_dimension, subject_type, subject, checked_count, failed_count, score_percent,
                threshold_percent, is_passed
            from ops.ops_quality_scorecard
            order by quality_dimension, score_percent, subject_type, subject
        """),
        freshness=rows("""
            select
                source_name, entity_name, cadence, freshness_state, seconds_since_arrival / 3600.0,
                freshness_hours, missing_delivery_count, late_delivery_count, file_count, record_count,
                rejected_record_count, last_arrived_at
            from ops.ops_source_health
            order by source_name, entity_name
        """),
        accounting=rows("""
            select
                source_name, entity_name, landed_record_count, loaded_record_count, rejected_record_count,
                duplicate_record_count, superseded_record_count
            from ops.ops_record_accounting
            order by source_name, entity_name
        """),
    )


def read_physical(rows: Rows, table: Table, size: int | None) -> Physical:
    """Measure a table that is in the warehouse."""
    [(count,)] = rows(f"select count(*) from {table.relation}")
    slices: tuple[int, ...] = ()
    if count and table.dist and table.dist not in ("all", "even", "auto"):
        slices = _slices(rows, table)
    zones, read = 0, None
    if count and table.sort and table.sort != ("auto",) and size is not None:
        zones, read = _zones(rows, table, count)
    return Physical(count, size, slices, zones, read)


def read_sizes(rows: Rows, tables: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the bytes of the blocks that each table fills or begins."""
    if not tables:
        return {}
    segments = " union all ".join(
        f"select {place} as place, unnest(list_append(additional_block_ids, block_id)) as block "
        f'from pragma_storage_info(\'"{schema}"."{name}"\') where block_id >= 0'
        for place, (schema, name) in enumerate(tables)
    )
    found: dict[int, int] = dict(
        rows(f"select place, count(distinct block) * {BLOCK} from ({segments}) group by place")
    )
    return {tables[place]: found.get(place, 0) for place in range(len(tables))}


def _slices(rows: Rows, table: Table) -> tuple[int, ...]:
    """Return the rows of each slice of an imagined cluster. Nulls of a distribution key share one."""
    found: dict[int, int] = dict(
        rows(f"""
        select coalesce(md5_number_lower(cast("{table.dist}" as varchar)) % {SLICES}, 0), count(*)
        from {table.relation} group by all
        """)
    )
    return tuple(found.get(number, 0) for number in range(SLICES))


def _zones(rows: Rows, table: Table, count: int) -> tuple[int, float]:
    """Cut a table into blocks as it lies, and count those whose minimum and maximum let a value in.

    The value is that of each 101st part of the rows, so that frequent values count as often as they occur.
    """
    column, size = f'"{table.sort[0]}"', max(1, -(-count // ZONES))
    [(zones, read)] = rows(f"""
        with lying as (select rowid as place, {column} as value from {table.relation}),
        numbered as (select row_number() over (order by place) - 1 as place, value from lying),
        blocks as (
            select place // {size} as block, min(value) as low, max(value) as high
            from numbered group by all
        ),
        ranked as (select value, row_number() over (order by value nulls last) - 1 as place from lying),
        wanted as (select value from ranked where place % {max(1, count // 101)} = 0 and value is not null)
        select
            (select count(*) from blocks),
            (select count(*) filter (where low <= value and value <= high)::double / count(distinct rowid_)
                from (select value, row_number() over () as rowid_ from wanted) as asked cross join blocks)
    """)
    return zones, read
