"""What Redshift knows of landing files: read before an intake, and told after it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from duckshift.errors import UserError
from duckshift.intake.export import Export
from duckshift.intake.scratch import Scratch
from duckshift.redshift_connection import connect, schema_of
from duckshift.warehouse_code import control_table_definitions, iam_role

ROWS_AT_ONCE = 10_000
COLUMNS = (
    "file",
    "source_name",
    "entity_name",
    "bytes",
    "modified_at",
    "sha256",
    "state",
    "reason",
    "columns_found",
    "records_found",
    "file_version",
    "landed_at",
    "is_present",
    "manifest",
)


def read_known(target: str, scratch: Scratch) -> None:
    """Make the control tables where they are missing, and take over what Redshift knows."""
    with _session(target) as (cursor, schema):
        for layer in ("ops", "vault"):
            cursor.execute(f'create schema if not exists "{schema_of(schema, layer)}"')
        for statement in control_table_definitions(lambda layer: schema_of(schema, layer)):
            cursor.execute(statement)
        cursor.execute(f"select {', '.join(COLUMNS)} from {_table(schema, 'landed_objects')}")
        rows = scratch.folder / "known.jsonl"
        with rows.open("w", encoding="utf-8") as file:
            while found := cursor.fetchmany(ROWS_AT_ONCE):
                for row in found:
                    file.write(json.dumps(dict(zip(COLUMNS, row, strict=True)), default=str) + "\n")
        scratch.load_known(rows)


def register(target: str, changes_url: str, exports: Sequence[Export]) -> None:
    """Tell Redshift, in one transaction, what was taken in and what became of other files.

    `changes_url` is the Parquet file of changed rows of ops.landed_objects. Raises UserError, and changes
    nothing, if another intake has taken in one of the files in the meantime.
    """
    with _session(target) as (cursor, schema):
        objects = _table(schema, "landed_objects")
        cursor.execute("begin")
        # Two intakes at once would both take in the same files.
        cursor.execute(f"lock table {objects}")
        cursor.execute(f"create temporary table intake_changes (like {objects})")
        cursor.execute(f"copy intake_changes from '{changes_url}' {iam_role()} format as parquet")
        cursor.execute(
            f"select count(*) from {objects} as known"
            " inner join intake_changes as changes on known.file = changes.file"
            " where known.manifest is not null and known.manifest != coalesce(changes.manifest, '')"
        )
        if cursor.fetchone()[0]:
            cursor.execute("rollback")
            raise UserError(
                "another intake has taken in the same files: nothing was changed, run it again", 1
            )
        cursor.execute(f"delete from {objects} where file in (select file from intake_changes)")
        names = ", ".join(COLUMNS)
        cursor.execute(f"insert into {objects} ({names}) select {names} from intake_changes")
        for export in exports:
            cursor.execute(
                f"insert into {_table(schema, 'landed_manifests')} (manifest, source_name, entity_name,"
                " columns_written, record_count, first_arrival_date, last_arrival_date, created_at)"
                " values (%s, %s, %s, %s, %s, %s, %s, cast(getdate() as timestamp))",
                (
                    export.manifest,
                    export.entity.source,
                    export.entity.name,
                    json.dumps(export.columns),
                    export.records,
                    export.first_day,
                    export.last_day,
                ),
            )
        cursor.execute("commit")


def _table(schema: str, name: str) -> str:
    return f'"{schema_of(schema, "ops")}"."{name}"'


@contextmanager
def _session(target: str) -> Iterator[tuple[Any, str]]:
    """Yield a cursor and the target's schema; what Redshift refuses becomes one line."""
    with connect(target) as (connection, schema):
        from redshift_connector.error import Error as RedshiftError  # noqa: PLC0415

        try:
            yield connection.cursor(), schema
        except RedshiftError as error:
            said = error.args[0] if error.args else str(error)
            message = said.get("M", "") if isinstance(said, dict) else str(said)
            raise UserError(f"Redshift refused what intake asked: {message.splitlines()[0]}") from error
