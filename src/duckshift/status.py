"""What the warehouse holds and what it refused, read from the DuckDB file that dbt built."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from duckshift.errors import UserError, first_line
from duckshift.settings import project_root

# In the order of the layers; each entry is a schema that people query.
COUNTED_SCHEMAS = ("gold", "vault")
AT_WORK = "at work"
"""The state of a run that holds the run lock. DuckDB lets one process into a file: who reads such a state in
one has found a lock that a killed run left behind."""
IN_USE = re.compile(r"Could not set lock on file .*?(?:\(PID (\d+)\)|$)")
DAMAGED = re.compile(r"not a valid DuckDB database file|Could not read enough bytes|Corrupt database file")


@dataclass(frozen=True)
class RowCount:
    """Rows of one table."""

    table: str  # schema.name
    subject: str  # dimensions, facts, bridges, the subject of a mart, or vault
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
    freshness: str | None  # the worst of its entities: absent, stale, fresh, not_judged; None without a word


@dataclass(frozen=True)
class Rejects:
    """Records of one entity that were refused for the same reason."""

    entity: str  # source/entity
    reason: str
    records: int
    open_records: int  # neither replayed nor accepted as lost


@dataclass(frozen=True)
class Score:
    """How good the data of one source are, or the tables made of all: percent of checks that did not fail."""

    subject: str  # a source, or tables
    dimensions: dict[str, float]  # completeness and so on, where it was measured
    score: float  # their mean
    is_passed: bool  # none is below its limit


@dataclass(frozen=True)
class Alarm:
    """A figure of ops_pipeline_health that is beyond its limit."""

    alarm: str
    subject: str
    measured: float | None  # None: a build that has no end
    threshold: float
    unit: str
    runbook: str


@dataclass(frozen=True)
class LastRun:
    """The newest run: it came to its end, or was killed."""

    run_id: int
    command: str
    state: str  # succeeded, failed or unfinished
    started_at: str  # UTC
    seconds: int | None
    nodes: dict[str, int]  # by how they ended; empty without an end
    landed_records: int
    written_rows: int


@dataclass(frozen=True)
class HeldFile:
    """A file that is not loaded, neither replayed nor accepted as lost, and what to do about it."""

    file: str
    state: str
    reason: str


@dataclass(frozen=True)
class Status:
    """The state of a warehouse."""

    database: str
    last_run_at: str | None  # UTC
    last_run: LastRun | None
    as_of: str | None  # the day of the newest file, by which freshness is judged; None without dim_run_date
    tables: list[RowCount]
    sources: list[SourceState]
    rejects: list[Rejects]
    scores: list[Score]
    alarms: list[Alarm]
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

    Raises UserError if there is no warehouse yet, if tables are missing, or if it cannot be read.
    """
    if not database.is_file():
        raise UserError(f"no warehouse at {database}: run `dbt build`, or set DUCKSHIFT_DATABASE to its file")
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            yield connection
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise UserError(f"{database} holds no complete warehouse: run `dbt build` first") from error
    except duckdb.Error as error:
        raise UserError(f"{database} {_why_unreadable(error)}") from error


def _why_unreadable(error: duckdb.Error) -> str:
    """Return what is wrong with a file that DuckDB does not read, and what to do about it."""
    writer = IN_USE.search(str(error))
    if writer:
        process = f"process {writer[1]}" if writer[1] else "another process"
        return f"is being written, most likely by a build ({process}): wait until it ends"
    if DAMAGED.search(str(error)):
        return (
            "is damaged or no file of DuckDB: move it away and run `dbt build`, or set DUCKSHIFT_DATABASE to"
            " another file"
        )
    return f"cannot be read: {first_line(error)}"  # such as memory that does not suffice


def _read(connection: duckdb.DuckDBPyConnection, database: Path) -> Status:
    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    tables = [
        name for (name,) in rows("select table_schema || '.' || table_name from information_schema.tables")
    ]
    counted = sorted(
        name for name in tables if name.partition(".")[0] in COUNTED_SCHEMAS and name != "vault.salt"
    )

    def rows_if_built(view: str, query: str) -> list[tuple[Any, ...]]:
        """What a part of the project was built of, or an older version, has not all views."""
        return rows(query) if f"ops.{view}" in tables else []

    subjects = _subjects()
    last_run = rows("select cast(max(started_at) as varchar) from ops.runs")
    files = rows("""
        select file, file_state, reason
        from ops.ops_load_ledger
        where is_present and file_state not in ('loaded', 'ready')
        order by file
    """)
    if "quarantine.quarantined_files" in tables:
        settled = rows("select file from quarantine.quarantined_files where reject_state != 'open'")
        files = [row for row in files if row[:1] not in settled]
    return Status(
        database=str(database),
        last_run_at=last_run[0][0],
        last_run=_last_run(rows_if_built),
        as_of=(
            rows("select cast(max(run_date) as varchar) from gold.dim_run_date")[0][0]
            if "gold.dim_run_date" in tables
            else None
        ),
        tables=[
            RowCount(name, _subject(name, subjects), rows(f"select count(*) from {name}")[0][0])
            for name in counted
        ],
        sources=_sources(rows, rows_if_built),
        rejects=_rejects(rows),
        scores=_scores(rows_if_built),
        alarms=_alarms(rows_if_built),
        held_files=[HeldFile(*row) for row in files if row[1] != "waiting"],
        waiting_files=[HeldFile(*row) for row in files if row[1] == "waiting"],
        outdated_models=outdated_models(rows),
    )


def _subjects() -> dict[str, str]:
    """Return the subject of each mart, by the folders of the project; nothing away from the project."""
    try:
        folder = project_root() / "models" / "marts"
    except UserError:
        return {}
    return {file.stem: file.parent.name for file in folder.glob("*/*.sql")}


def _subject(table: str, subjects: dict[str, str]) -> str:
    schema, _, name = table.partition(".")
    kinds = {"dim": "dimensions", "fct": "facts", "bridge": "bridges"}
    if schema != "gold":
        return schema
    return kinds.get(name.partition("_")[0]) or subjects.get(name, "marts")


def _last_run(rows_if_built: Callable[[str, str], list[tuple[Any, ...]]]) -> LastRun | None:
    found = rows_if_built(
        "ops_run_history",
        """
        select
            run_id, command, run_state, cast(started_at as varchar), duration_seconds,
            success_count, pass_count, warn_count, fail_count, error_count, skipped_count,
            landed_record_count, written_row_count
        from ops.ops_run_history
        order by run_id desc
        limit 1
        """,
    )
    if not found:
        return None
    [(run_id, command, state, started_at, seconds, *counts, landed, written)] = found
    if state == AT_WORK:
        state = "unfinished"
    names = ("success", "pass", "warn", "fail", "error", "skipped")
    nodes = {} if counts[0] is None else dict(zip(names, counts, strict=True))
    return LastRun(run_id, command, state, started_at, seconds, nodes, landed, written)


def _sources(
    rows: Callable[[str], list[tuple[Any, ...]]], rows_if_built: Callable[[str, str], list[tuple[Any, ...]]]
) -> list[SourceState]:
    freshness = dict(
        rows_if_built(
            "ops_source_health",
            """
            select source_name, min_by(freshness_state, case freshness_state
                when 'absent' then 1 when 'stale' then 2 when 'fresh' then 3 else 4 end)
            from ops.ops_source_health
            group by source_name
            """,
        )
    )
    return [
        SourceState(*row[:10], *[freshness.get(row[0])])
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
    ]


def _rejects(rows: Callable[[str], list[tuple[Any, ...]]]) -> list[Rejects]:
    return [
        Rejects(*row)
        for row in rows("""
            select
                source_name || '/' || entity_name,
                reason_kind,
                sum(rejected_record_count)::bigint,
                sum(open_record_count)::bigint
            from ops.ops_rejects
            group by all
            -- Held files are shown one by one.
            having sum(rejected_record_count) > 0
            order by 3 desc, 1, 2
        """)
    ]


def _scores(rows_if_built: Callable[[str, str], list[tuple[Any, ...]]]) -> list[Score]:
    """Return the scores by source, those of the tables last."""
    found = rows_if_built(
        "ops_quality_summary",
        """
        select
            summary.subject,
            summary.quality_dimension,
            summary.score_percent::double,
            summary.is_passed,
            health.measured_value::double
        from ops.ops_quality_summary as summary
        inner join ops.ops_pipeline_health as health
            on summary.subject = health.subject and health.alarm_name = 'quality_score'
        order by 1, 2
        """,
    )
    scores = []
    for subject in sorted({row[0] for row in found}, key=lambda name: (name == "tables", name)):
        own = [row for row in found if row[0] == subject]
        dimensions = {name: score for _, name, score, _, _ in own}
        is_passed = all(passed for *_, passed, _ in own)
        scores.append(Score(subject, dimensions, own[0][-1], is_passed))
    return scores


def _alarms(rows_if_built: Callable[[str, str], list[tuple[Any, ...]]]) -> list[Alarm]:
    """Return the alarms that ring; also for a build that was killed and still seems to be at work."""
    found = rows_if_built(
        "ops_pipeline_health",
        f"""
        with last_builds as (
            select run_state = '{AT_WORK}' as is_killed
            from ops.ops_run_history
            where command in ('build', 'run', 'retry')
            order by run_id desc
            limit 1
        )
        select
            alarm_name,
            subject,
            case when not coalesce(is_killed, false) then measured_value::double end,
            threshold_value::double,
            unit,
            runbook
        from ops.ops_pipeline_health left join last_builds on alarm_name = 'pipeline_delay'
        where is_alarm or is_killed
        order by alarm_name desc, subject
        """,
    )
    return [Alarm(*row) for row in found]


def outdated_models(rows: Callable[[str], list[tuple[Any, ...]]]) -> list[str]:
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
