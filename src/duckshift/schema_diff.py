"""What the columns of landing files have become against the landing contract, entity by entity.

The words are those of schema registries; the contract is the reader's schema, the files are the writer's:

- full: both ways, nothing to do (an optional column that is not there is null, a narrower type fits);
- forward: the contract reads the files as before (an additional column flows into `_extra`); a contract
  with that column could not find it in older files;
- backward: a contract with the found type could still read all older files; until it has that type, each
  value is converted and a record that does not fit is rejected;
- breaking: the warehouse holds the file, or can make nothing of the column.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from duckshift.check_landing import PARQUET_TYPES
from duckshift.contract import Entity, landing_contract
from duckshift.findings import count_of
from duckshift.landing_places import REPLAY_COLUMN
from duckshift.warehouse_code import landing_files, landing_plugin

FULL, FORWARD, BACKWARD, BREAKING = "full", "forward", "backward", "breaking"

# By the first word of the contract's type: Parquet types that fit as they are (else only that of its name),
# and wider ones of their kind.
FITTING = PARQUET_TYPES | {"timestamp": ("TIMESTAMP", "DATE")}
WIDER = {
    "integer": ("BIGINT", "HUGEINT", "DECIMAL", "DOUBLE", "FLOAT", "VARCHAR"),
    "bigint": ("HUGEINT", "DECIMAL", "DOUBLE", "FLOAT", "VARCHAR"),
    "decimal": ("DOUBLE", "FLOAT", "VARCHAR"),
    "timestamp": ("VARCHAR",),
    "date": ("TIMESTAMP", "VARCHAR"),
    "boolean": ("VARCHAR", "BIGINT", "INTEGER", "SMALLINT", "TINYINT"),
    # A number or a moment is read as its text: "007" would have come as 7.
    "varchar": (
        *("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "DECIMAL", "DOUBLE", "FLOAT"),
        *("BOOLEAN", "DATE", "TIME", "UUID"),
    ),
}


@dataclass(frozen=True)
class Difference:
    """One difference between the files of an entity and its contract."""

    entity: str  # <source>/<entity>
    change: str  # additional column, missing column, renamed column or other type
    column: str
    expected: str | None
    found: str | None
    compatibility: str
    remedy: str
    files: int
    first_file: str

    def line(self) -> str:
        """Return the difference as one line of text."""
        types = f": expected {self.expected or 'nothing'}, found {self.found or 'nothing'}"
        where = f"in {count_of(self.files, 'file')}, first {self.first_file}"
        what = f"{self.entity}: {self.change} {self.column}{types}, {where}"
        return f"{self.compatibility:<9}{what}: {self.remedy}"


@dataclass(frozen=True)
class SchemaReport:
    """The differences of all entities, the worst first."""

    root: str
    files: int
    differences: list[Difference]

    @property
    def exit_status(self) -> int:
        """Return 1 if a difference is breaking, else 0."""
        return int(any(item.compatibility == BREAKING for item in self.differences))

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """Yield the report as text."""
        for item in self.differences:
            yield item.line()
        counts = [
            f"{sum(item.compatibility == kind for item in self.differences)} {kind}"
            for kind in (BREAKING, BACKWARD, FORWARD, FULL)
        ]
        yield f"{count_of(self.files, 'file')} compared with the landing contract: {', '.join(counts)}"


def compare_schemas(root: Path) -> SchemaReport:
    """Compare the columns of every landing file with the landing contract.

    Files of no entity and files that cannot be read are left out: `duckshift check-landing` names them.
    Raises UserError if the root cannot be read.
    """
    entities = {entity.path: entity for entity in landing_contract().values()}
    files_of: dict[str, list[str]] = defaultdict(list)
    for item in landing_files(root):
        # What a stream could not deliver is no record of the entity, but tells of one.
        if "/processing-failed/" not in str(item["file"]):
            files_of["/".join(str(item["file"]).split("/")[:2])].append(str(item["file"]))
    differences: list[Difference] = []
    compared = 0
    with duckdb.connect() as connection:
        for path, files in sorted(files_of.items()):
            if path in entities:
                found = list(_schemas(connection, root, entities[path], files))
                compared += len(found)
                differences += _differences(entities[path], found)
    order = (BREAKING, BACKWARD, FORWARD, FULL)
    differences.sort(key=lambda item: (order.index(item.compatibility), item.entity, item.column))
    return SchemaReport(str(root), compared, differences)


def _schemas(
    connection: duckdb.DuckDBPyConnection, root: Path, entity: Entity, files: Iterable[str]
) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Yield the columns of each readable file with their types; text has none."""
    for file in files:
        path = root / file
        try:
            if entity.file_format == "parquet":
                rows = connection.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
                yield file, {str(row[0]): str(row[1]) for row in rows}
            elif entity.file_format == "csv":
                with path.open("rb") as stream:
                    header = stream.readline().decode("utf-8-sig")
                if header.strip():
                    yield file, {name.replace(" ", "").strip().lower(): None for name in header.split(",")}
            else:
                yield file, dict.fromkeys(_json_fields(path))
        except (duckdb.Error, OSError, UnicodeDecodeError):
            continue


def _json_fields(path: Path) -> list[str]:
    """Return the fields of all records of a file, in the order in which they come first."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    fields: dict[str, None] = {}
    for line in content.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            fields |= dict.fromkeys(record)
    return list(fields)


def _differences(entity: Entity, found: list[tuple[str, dict[str, str | None]]]) -> Iterator[Difference]:
    """Yield what differs, once per column and type, with the files in which it does."""
    expected = {column.name: column.data_type for column in entity.columns}
    required = [column.name for column in entity.columns if column.is_required]
    changes = {column.name for column in entity.change_columns}
    where: dict[tuple[str, str, str | None], list[str]] = defaultdict(list)
    for file, columns in found:
        spare = [name for name in columns if name not in {*expected, *changes, REPLAY_COLUMN}]
        missing = [name for name in required if name not in columns]
        renames = landing_plugin().likely_renames(missing, spare, [], is_table=entity.file_format != "json")
        for name, data_type in expected.items():
            if name in columns:
                if columns[name] is not None and _fit(columns[name], data_type) != FULL:
                    where["other type", name, columns[name]].append(file)
            elif entity.file_format != "json" or name in required:
                near = renames.get(name)
                if near:
                    spare.remove(near)
                where["renamed column" if near else "missing column", name, near].append(file)
        for name in spare:
            where["additional column", name, columns[name]].append(file)
    for (change, name, kind), files in where.items():
        compatibility, remedy = _judgement(change, name, kind, expected.get(name), name in required)
        yield Difference(
            entity.path,
            change,
            name,
            expected.get(name),
            kind or ("text" if change == "additional column" else None),
            compatibility,
            remedy,
            len(files),
            files[0],
        )


def _fit(found: str | None, expected: str) -> str:
    base = expected.split("(", maxsplit=1)[0]
    if found is None:
        return FULL
    if found.endswith("]"):
        return BREAKING
    if found.startswith(FITTING.get(base, (base.upper(),))):
        return FULL
    return BACKWARD if found.startswith(WIDER.get(base, ())) else BREAKING


def _judgement(
    change: str, name: str, found: str | None, expected: str | None, is_required: bool
) -> tuple[str, str]:
    """Return the compatibility of a difference and its remedy."""
    if change == "additional column":
        return FORWARD, "kept in the column _extra of bronze; add it to the contract to use it"
    if change == "renamed column":
        return BREAKING, f"call {found} by its name {name} in a file with a new name"
    if change == "missing column":
        if is_required:
            return BREAKING, f"deliver {name} in a file with a new name"
        return FULL, "read as null"
    compatibility = _fit(found, expected or "")
    if compatibility == BACKWARD:
        return BACKWARD, "values are converted, and records rejected that do not fit; widen the contract"
    return BREAKING, f"deliver {name} as {expected}"
