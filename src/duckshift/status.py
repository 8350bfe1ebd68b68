"""What the warehouse holds and what it refused, read from the DuckDB file that dbt built."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from duckshift.errors import UserError

# In the order of the layers; each entry is a schema that people query.
COUNTED_SCHEMAS = ("gold", "vault")


@dataclass(frozen=True)
class RowCount:
    """Rows of one table."""

    table: str  # schema.name
    rows: int


@dataclass(frozen=True)
class SourceState:
    """What became of one source's files and records, and how fresh it is."""

    source: str
    files_loaded: int
    files_waiting: int
    files_held: int
    records_landed: int
    records_loaded: int
    records_rejected: int
    records_duplicate: int
    records_superseded: int
    newest_arrival: str | None  # UTC


@dataclass(frozen=True)
class Rejects:
    """Records of one entity that were refused for the same reason."""

    entity: str  # source/entity
    reason: str
    records: int
    open_records: int  # neither replayed nor accepted as lost


@dataclass(frozen=True)
class HeldFile:
    """A file that is not loaded, and what to do about it."""

    file: str
    state: str
    reason: str


@dataclass(frozen=True)
class Status:
    """The state of a warehouse."""

    database: str
    last_run_at: str | None  # UTC
    tables: list[RowCount]
    sources: list[SourceState]
    rejects: list[Rejects]
    held_files: list[HeldFile]
    waiting_files: list[HeldFile]
    outdated_models: list[str]  # their rows are not all the work of one code

    @property
    def rejected_records(self) -> int:
        """Records in quarantine."""
        return sum(source.records_rejected for source in self.sources)

    @property
    def open_records(self) -> int:
        """Records in quarantine that are neither replayed nor accepted as lost."""
        return sum(item.open_records for item in self.rejects)

    @property
    def is_clean(self) -> bool:
        """Whether no reject is open and no file held; files that wait for a manifest are no fault."""
        return not self.open_records and not self.held_files

    def as_json(self) -> dict[str, Any]:
        """Return the status for a program."""
        return asdict(self) | {
            "rejected_records": self.rejected_records,
            "open_records": self.open_records,
            "is_clean": self.is_clean,
        }


def read_status(database: Path) -> Status:
    """Read the state of the warehouse in a DuckDB file.

    Raises UserError as open_warehouse does.
    """
    with open_warehouse(database) as connection:
        return _read(connection, database)


@contextmanager
def open_warehouse(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the DuckDB file of a warehouse to be read.

    Raises UserError if there is no warehouse yet, if tables are missing, or another process writes to it.
    """
    if not database.is_file():
        raise UserError(f"no warehouse at {database}: run `dbt build`, or set DUCKSHIFT_DATABASE to its file")
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            yield connection
    except duckdb.IOException as error:
        raise UserError(f"{database} cannot be read now: {str(error).splitlines()[0]}") from error
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise UserError(f"{database} holds no complete warehouse: run `dbt build` first") from error


def _read(connection: duckdb.DuckDBPyConnection, database: Path) -> Status:
    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    tables = rows(f"""
        select table_schema || '.' || table_name
        from information_schema.tables
        where table_schema in {COUNTED_SCHEMAS} and table_name != 'salt'
        order by 1
    """)
    last_run = rows("select cast(max(started_at) as varchar) from ops.runs")
    files = rows("""
        select file, file_state, reason
        from ops.ops_load_ledger
        where is_present and file_state not in ('loaded', 'ready')
        order by file
    """)
    return Status(
        database=str(database),
        last_run_at=last_run[0][0],
        tables=[RowCount(name, rows(f"select count(*) from {name}")[0][0]) for (name,) in tables],
        sources=[
            SourceState(*row)
            for row in rows("""
                select
                    accounting.source_name,
                    sum(loaded_file_count)::bigint,
                    sum(waiting_file_count)::bigint,
                    sum(held_file_count)::bigint,
                    sum(landed_record_count)::bigint,
                    sum(loaded_record_count)::bigint,
                    sum(rejected_record_count)::bigint,
                    sum(duplicate_record_count)::bigint,
                    sum(superseded_record_count)::bigint,
                    cast((
                        select max(landed_at) from ops.ops_load_ledger as ledger
                        where ledger.source_name = accounting.source_name and file_state = 'loaded'
                    ) as varchar)
                from ops.ops_record_accounting as accounting
                group by accounting.source_name
                order by accounting.source_name
            """)
        ],
        rejects=[
            Rejects(*row)
            for row in rows("""
                select
                    source_name || '/' || entity_name,
                    reason_kind,
                    sum(rejected_record_count)::bigint,
                    sum(open_record_count)::bigint
                from ops.ops_rejects
                group by all
                order by 3 desc, 1, 2
            """)
        ],
        held_files=[HeldFile(*row) for row in files if row[1] != "waiting"],
        waiting_files=[HeldFile(*row) for row in files if row[1] == "waiting"],
        outdated_models=_outdated_models(rows),
    )


def _outdated_models(rows: Callable[[str], list[tuple[Any, ...]]]) -> list[str]:
    """Return what the macro outdated_models returns at the end of a build."""
    found = rows("""
        with last_full_builds as (
            select model_name, max_by(code_checksum, run_id) as code_checksum, max(run_id) as run_id
            from ops.model_builds
            where build_kind = 'full'
            group by model_name
        ),
        later_builds as (
            select builds.*, builds.run_id = max(builds.run_id) over (partition by model_name) as is_last
            from ops.model_builds as builds
        )
        select distinct model_name
        from later_builds inner join last_full_builds as full_build using (model_name)
        where
            later_builds.run_id > full_build.run_id
            and later_builds.code_checksum != full_build.code_checksum
            and (is_last or affected_key_count > 0)
        order by model_name
    """)
    return [name for (name,) in found]


def print_status(status: Status, console: Console) -> None:
    """Print a tour of the warehouse: what is there, what was refused, where to look."""
    console.print(f"{status.database}, last run {status.last_run_at} UTC", highlight=False, soft_wrap=True)
    for table in (_tables(status), _sources(status), _rejects(status)):
        if table.row_count:
            console.print()
            console.print(table)
    console.print()
    for title, files in (("held", status.held_files), ("waiting", status.waiting_files)):
        for item in files:
            # No markup: a file may be called anything.
            console.print(
                f"{title}: {item.file} {item.reason}", markup=False, highlight=False, soft_wrap=True
            )
    for name in status.outdated_models:
        console.print(
            f"{name} needs a full refresh: `dbt build --full-refresh --select {name}+`",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    console.print(_closing_line(status), highlight=False, soft_wrap=True)


def _closing_line(status: Status) -> str:
    if status.is_clean:
        return "nothing is open in quarantine" if status.rejected_records else "nothing is in quarantine"
    return (
        f"{status.rejected_records:,} records rejected ({status.open_records:,} open), "
        f"{len(status.held_files)} files held: "
        "see quarantine.quarantined_records and quarantine.quarantined_files"
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    for number, column in enumerate(columns):
        table.add_column(
            column, justify="left" if number == 0 or column == "reason" else "right", no_wrap=True
        )
    return table


def _tables(status: Status) -> Table:
    table = _table("Tables to query", "table", "rows")
    for item in status.tables:
        table.add_row(item.table, f"{item.rows:,}")
    return table


def _sources(status: Status) -> Table:
    table = _table(
        "What landed", "source", "files", "records", "loaded", "rejected", "duplicate", "superseded", "until"
    )
    for source in status.sources:
        counts = (
            source.files_loaded,
            source.records_landed,
            source.records_loaded,
            source.records_rejected,
            source.records_duplicate,
            source.records_superseded,
        )
        newest = (source.newest_arrival or "")[:10]
        table.add_row(source.source, *(f"{count:,}" for count in counts), newest)
    return table


def _rejects(status: Status) -> Table:
    table = _table("Why records were rejected", "entity", "reason", "records", "open")
    for item in status.rejects:
        table.add_row(item.entity, item.reason, f"{item.records:,}", f"{item.open_records:,}")
    return table
