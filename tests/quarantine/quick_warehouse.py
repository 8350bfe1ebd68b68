"""A landing zone judged by the warehouse's own rules, in so many tables as `duckshift quarantine` reads.

A build by dbt takes minutes; what is asked here is what the command does with what it finds.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from duckshift.contract import landing_contract
from duckshift.warehouse_code import entity_mapping, give_unzipping, landing_plugin, record_sql

RUN_AT = "2024-01-20 06:00:00"
TABLES = f"""
    create schema gold; create schema ops; create schema quarantine;
    create table gold.dim_run_date as select timestamp '{RUN_AT}' as run_at;
    create table ops.landed_objects (file varchar, bytes bigint, state varchar, reason varchar,
        is_present boolean);
    create table quarantine.quarantined_records (reject_key bigint, source_name varchar,
        entity_name varchar, file varchar, line_number bigint, reject_kind varchar, reason varchar,
        raw_text varchar, reject_state varchar, rule_name varchar, replayed_by_file varchar,
        landed_at timestamp);
    create table quarantine.quarantined_files (reject_key bigint, file varchar, source_name varchar,
        entity_name varchar, file_state varchar, reason varchar, reject_state varchar, rule_name varchar,
        replayed_by_file varchar, landed_at timestamp);
"""


@dataclass(frozen=True)
class Zone:
    """A landing zone and the database that knows it."""

    root: Path
    database: Path

    def key(self, file: str, line: int | None = None) -> int:
        """Return the key of the reject that lies there."""
        table, where = ("records", f"and line_number = {line}") if line else ("files", "")
        with duckdb.connect(str(self.database), read_only=True) as connection:
            [(key,)] = connection.execute(
                f"select reject_key from quarantine.quarantined_{table} where file = ? {where}", [file]
            ).fetchall()
        return int(key)

    def execute(self, statement: str) -> None:
        """Change the database."""
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(statement)

    def records(self, file: str, columns: str = "*") -> list[tuple[object, ...]]:
        """Return the records of a landing file as the warehouse reads them."""
        source, name, *_ = file.split("/")
        entity = landing_contract()[source, name]
        probe = json.loads(
            landing_plugin().landing_probe(str(self.root), file, json.dumps(entity_mapping(entity)))
        )
        assert probe["state"] == "ready", probe["reason"]
        item = {"file": file, "columns": probe["columns"]}
        with duckdb.connect() as connection:
            give_unzipping(connection)
            query = f"select {columns} from ({record_sql(self.root, entity, [item])}) order by _line"
            return connection.execute(query).fetchall()


def write(root: Path, file: str, content: bytes | str) -> None:
    """Write a landing file."""
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_bytes(content.encode() if isinstance(content, str) else content)


def write_parquet(root: Path, file: str, select: str) -> None:
    """Write the rows of a query as a landing file."""
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    place = str(root / file).replace("'", "''")
    with duckdb.connect() as connection:
        connection.execute(f"copy ({select}) to '{place}' (format parquet)")


def judged(root: Path) -> Zone:
    """Return the zone with what the warehouse would refuse of it."""
    zone = Zone(root, root.parent / f"{root.name}.duckdb")
    listing = json.loads(landing_plugin().landing_listing(str(root)))["files"]
    with duckdb.connect(str(zone.database)) as connection:
        connection.execute(TABLES)
        give_unzipping(connection)
        for number, item in enumerate(listing, 1):
            _judge(connection, root, number, str(item["file"]), int(item["bytes"]))
    return zone


def _judge(connection: duckdb.DuckDBPyConnection, root: Path, number: int, file: str, size: int) -> None:
    source, name, *_ = file.split("/")
    entity = landing_contract()[source, name]
    mapping = json.dumps(entity_mapping(entity))
    probe = json.loads(landing_plugin().landing_probe(str(root), file, mapping))
    _insert(connection, "ops.landed_objects", [file, size, probe["state"], probe["reason"], True])
    if probe["state"] != "ready":
        row = [number, file, source, name, probe["state"], probe["reason"], "open", None, None, None]
        _insert(connection, "quarantine.quarantined_files", row)
        return
    item = {"file": file, "columns": probe["columns"]}
    rows = connection.execute(
        f"select _line, _reason, _raw from ({record_sql(root, entity, [item])}) where _status = 'rejected'"
    ).fetchall()
    for line, reason, raw in rows:
        row = [number * 1000 + line, source, name, file, line, "failed_cast", reason, raw, "open"]
        _insert(connection, "quarantine.quarantined_records", [*row, None, None, None])


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: Iterable[object]) -> None:
    values = list(row)
    connection.execute(f"insert into {table} values ({', '.join('?' * len(values))})", values)
