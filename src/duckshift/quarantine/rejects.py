"""Records and files in quarantine, read from the DuckDB file of the warehouse."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from duckshift.contract import landing_contract
from duckshift.errors import UserError
from duckshift.landing_places import nearest
from duckshift.quarantine.states import ALL, OPEN
from duckshift.status import open_warehouse

RECORDS = """
    select
        reject_key, source_name || '/' || entity_name, file, line_number, reject_kind, reason, raw_text,
        reject_state, rule_name, replayed_by_file, cast(landed_at as varchar), false
    from quarantine.quarantined_records
"""
FILES = """
    select
        reject_key, source_name || '/' || entity_name, file, null, file_state, reason, null,
        reject_state, rule_name, replayed_by_file, cast(landed_at as varchar), true
    from quarantine.quarantined_files
"""


@dataclass(frozen=True)
class Reject:
    """A record, or a whole file, that the warehouse refused."""

    key: int
    entity: str | None  # <source>/<entity>; None for a file of no entity
    file: str
    line: int | None
    kind: str
    reason: str
    raw: str | None  # None for a file
    state: str
    rule: str | None
    replayed_by: str | None
    landed_at: str | None
    is_file: bool

    @property
    def place(self) -> str:
        """Where it lies: the file, and the line of a record."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    @property
    def reason_kind(self) -> str:
        """The reason without what was found, and of a file without the remedy, as the models have it."""
        if self.is_file:
            return self.reason.partition(" (")[0].partition(": ")[0]
        return self.reason.partition(", found ")[0]

    def as_json(self) -> dict[str, Any]:
        """Return the reject for programs, without its raw text."""
        return {name: value for name, value in asdict(self).items() if name != "raw"}

    def lines(self) -> Iterator[str]:
        """Yield all that is known of it as text, the raw text too."""
        yield f"{self.key}  {self.entity or 'no entity'}  {self.state}"
        yield f"place    {self.place}"
        yield f"reason   {self.reason} ({self.kind})"
        if self.landed_at:
            yield f"arrived  {self.landed_at}"
        if self.rule:
            yield f"rule     {self.rule} (seed quarantine_rules)"
        if self.replayed_by:
            yield f"replay   {self.replayed_by}"
        if self.raw is not None:
            yield f"record   {self.raw}"


def read_rejects(
    database: Path, *, state: str = OPEN, entity: str | None = None, keys: tuple[int, ...] = ()
) -> list[Reject]:
    """Return the rejects of a warehouse in a state, of one entity, or those with the given keys.

    Raises UserError if the warehouse cannot be read or has none with one of the keys, or if the landing
    contract has no such entity.
    """
    if entity is not None:
        _ensure_entity(entity)
    with open_warehouse(database) as connection:
        try:
            rows = connection.execute(
                f"{RECORDS} union all {FILES} order by 2 nulls last, 3, 4, 1"
            ).fetchall()
        except duckdb.BinderException as error:
            raise UserError(f"{database} was built by an older project: run `dbt build` first") from error
    found = [Reject(*row) for row in rows]
    if keys:
        unknown = sorted(set(keys) - {reject.key for reject in found})
        if unknown:
            raise UserError(
                f"nothing in quarantine has the key {unknown[0]}: see `duckshift quarantine list`"
            )
        found = [reject for reject in found if reject.key in keys]
    if entity is not None:
        found = [reject for reject in found if reject.entity == entity]
    return found if state == ALL else [reject for reject in found if reject.state == state]


def _ensure_entity(entity: str) -> None:
    known = [item.path for item in landing_contract().values()]
    if entity not in known:
        near = nearest(entity, known, 0.5)
        raise UserError(f"the landing contract has no entity {entity}{f': is it {near}?' if near else ''}")


def landed_sizes(database: Path) -> dict[str, int]:
    """Return the bytes of each landing file that the last build saw, by its place below the landing root."""
    with open_warehouse(database) as connection:
        rows = connection.execute("select file, bytes from ops.landed_objects where is_present").fetchall()
    return {str(file): int(size) for file, size in rows}


def warehouse_moment(database: Path) -> datetime:
    """Return as of when the warehouse stands, UTC: what is replayed arrives then, not by the clock."""
    with open_warehouse(database) as connection:
        try:
            row = connection.execute("select run_at from gold.dim_run_date").fetchone()
        except duckdb.CatalogException:
            row = connection.execute("select max(landed_at) from ops.ops_load_ledger").fetchone()
    if row is None or row[0] is None:
        raise UserError(f"{database} holds no landing file with a day of arrival: nothing can be replayed")
    moment = row[0]
    assert isinstance(moment, datetime)
    return moment
