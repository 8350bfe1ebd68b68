"""The DuckDB database of one intake: what is known of landing files, brought up to date and compared."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from duckshift.contract import Entity, landing_contract
from duckshift.intake.object_store import StoredObject
from duckshift.intake.zones import LandingZone
from duckshift.warehouse_code import (
    LandedFile,
    control_table_definitions,
    give_unzipping,
    landing_plugin,
    refresh_landed_objects,
)

if TYPE_CHECKING:
    from duckshift.intake.export import Export

OBJECTS = "ops.landed_objects"


class Scratch:
    """A database in a folder that goes away with the intake."""

    def __init__(self, folder: Path, zone: LandingZone) -> None:
        self.folder = folder
        self.zone = zone
        self.connection = duckdb.connect(str(folder / "scratch.duckdb"))
        memory_limit = os.environ.get("DUCKSHIFT_MEMORY_LIMIT", "4GB").replace("'", "")
        # As in the profile of the DuckDB target: text and timestamps must not depend on the machine's zone.
        self.connection.execute(f"set memory_limit = '{memory_limit}'; set TimeZone = 'UTC'")
        self.connection.execute("create schema ops; create schema vault")
        for statement in control_table_definitions(str):
            self.connection.execute(statement)
        self.connection.execute(f"create table known as from {OBJECTS}")
        self._listing = ""

        def listing(_root: str) -> str:
            return self._listing

        # Both look at files, which change between calls: DuckDB must not fold or cache them.
        self.connection.create_function("landing_listing", listing, side_effects=True)
        self.connection.create_function("landing_probe", landing_plugin().landing_probe, side_effects=True)
        give_unzipping(self.connection)

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    def load_known(self, rows: Path) -> None:
        """Take over what Redshift knows: a JSON object per line, with the columns of ops.landed_objects.

        A file that is ready without a manifest was never taken in, so it counts as unknown.
        """
        described = self.connection.execute(f"describe {OBJECTS}").fetchall()
        columns = ", ".join(f"'{name}': '{data_type}'" for name, data_type, *_ in described)
        self.connection.execute(
            f"insert into {OBJECTS} select * from read_json("
            f"'{rows}', format = 'newline_delimited', columns = {{{columns}}})"
            " where state != 'ready' or manifest is not null"
        )
        self.connection.execute(f"insert into known from {OBJECTS}")

    def refresh(self) -> None:
        """List the landing zone, and open what is new or changed or waited."""
        # Before DuckDB calls for it: there an error would be one of SQL.
        self._listing = self.zone.listing()
        refresh_landed_objects(self.connection, self.zone.root, self._fetch_news)
        self.connection.execute(
            f"update {OBJECTS} set manifest = known.manifest from known"
            " where landed_objects.file = known.file and known.manifest is not null"
        )

    def _fetch_news(self) -> None:
        news = self.connection.execute("select file from landing_news where contract is not null").fetchall()
        self.zone.fetch(str(file) for (file,) in news)

    def new_files(self) -> dict[Entity, list[LandedFile]]:
        """Return the files that may be loaded and have not been taken in, by entity and arrival."""
        rows = self.connection.execute(
            f"""
            select source_name, entity_name, file, columns_found, bytes
            from {OBJECTS}
            where state = 'ready' and is_present and manifest is null
            order by source_name, entity_name, landed_at nulls first, file
            """
        ).fetchall()
        contract = landing_contract()
        found: dict[Entity, list[LandedFile]] = {}
        for source, name, file, columns, size in rows:
            item = {"file": file, "columns": columns, "bytes": size}
            found.setdefault(contract[source, name], []).append(item)
        return found

    def export_changes(self, exports: Sequence["Export"], url: str) -> StoredObject | None:
        """Write what changed in ops.landed_objects as Parquet; None if nothing did.

        The files of `exports` are given their manifests.
        """
        for export in exports:
            self.connection.execute(
                f"update {OBJECTS} set manifest = ? where file in (select unnest(?))",
                [export.manifest, export.files],
            )
        path = self.folder / "changes.parquet"
        written = self.connection.execute(
            f"""
            copy (
                select * replace (
                    -- Only this machine needs it; the text of Redshift holds 65,535 bytes.
                    case when strlen(columns_found) <= 65535 then columns_found end as columns_found
                )
                from (from {OBJECTS} except all from known)
                order by file
            ) to '{path}' (format parquet, compression snappy, parquet_version v1)
            """
        ).fetchone()
        return StoredObject(path, url, path.stat().st_size) if written and written[0] else None

    def count_of_waiting_and_held(self) -> tuple[int, int]:
        """Return how many files of the landing zone wait, and how many are held."""
        row = self.connection.execute(
            "select count(*) filter (state = 'waiting'),"
            f" count(*) filter (state not in ('ready', 'waiting')) from {OBJECTS} where is_present"
        ).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)
