"""What the adapters share on the landing's side: changes become the files they would have arrived in."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from duckshift.adapters.reading import quoted, quoted_name
from duckshift.contract import Entity, landing_contract
from duckshift.landing import write_parquet_files, write_text_files


@dataclass
class LandingReport:
    """What a call of `land` added: new files and the records in them, by `<source>/<entity>`.

    Files that lay there before are not counted; landing is immutable.
    """

    files: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)

    def count(self, entity: Entity, sizes: dict[str, int]) -> None:
        """Add the new files of an entity, given as records by path."""
        self.files[entity.path] += len(sizes)
        self.records[entity.path] += sum(sizes.values())


def _new_files(connection: duckdb.DuckDBPyConnection, query: str, root: Path) -> dict[str, int]:
    sizes = connection.execute(f"select _path, count(*) from ({query}) group by _path").fetchall()
    return {path: records for path, records in sizes if not (root / path).exists()}


def _column_names(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {str(row[0]) for row in connection.execute(f"describe {table}").fetchall()}


def _change_query(
    connection: duckdb.DuckDBPyConnection, entity: Entity, arrival_date: str, until: date | None
) -> str:
    known = _column_names(connection, entity.name)
    selected = ", ".join(
        quoted_name(column.name) if column.name in known else f"null as {quoted_name(column.name)}"
        for column in (*entity.columns, *entity.change_columns)
    )
    arrived = f"where {arrival_date} <= date '{until:%Y-%m-%d}'" if until else ""
    return f"""
        select
            {selected},
            {quoted(entity.path)} || strftime({arrival_date}, '/%Y/%m/%d/235959-1.parquet') as _path,
            _change_seq as _position
        from {entity.name}
        {arrived}
    """


def land_changes(
    connection: duckdb.DuckDBPyConnection,
    entity_names: tuple[str, ...],
    arrival_date: str,
    root: Path,
    until: date | None,
    report: LandingReport,
) -> None:
    """Write the change files of shop entities, one per day of arrival, and count the new ones in `report`.

    Each entity is a table of its name with the columns of the contract that the source knows, `Op`,
    `_commit_ts` and `_change_seq`, which also orders a file. `arrival_date` is SQL over such a table; `until`
    leaves out what arrives after it.
    """
    for name in entity_names:
        entity = landing_contract()["shop", name]
        query = _change_query(connection, entity, arrival_date, until)
        new = _new_files(connection, query, root)
        write_parquet_files(connection, query, entity, root)
        report.count(entity, new)


def land_text(
    connection: duckdb.DuckDBPyConnection, entity: Entity, query: str, root: Path, report: LandingReport
) -> None:
    """Write the text files of `query` (`_path`, `_position`, `line`) and count the new ones in `report`."""
    new = _new_files(connection, query, root)
    write_text_files(connection, query, root)
    report.count(entity, new)
