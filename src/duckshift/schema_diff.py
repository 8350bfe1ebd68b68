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
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from duckshift.column_types import BACKWARD, BREAKING, FORWARD, FULL, fit
from duckshift.contract import Entity, landing_contract
from duckshift.findings import count_of
from duckshift.landing_places import REPLAY_COLUMN
from duckshift.warehouse_code import landing_files, landing_plugin


@dataclass(frozen=True)
class Difference:
    """One difference between the files of an entity and its contract."""

    entity: str  # <source>/<entity>
    change: str  # additional, missing, renamed or repeated column, or other type
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
    left_out: int  # unreadable, or of no entity
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
        if self.left_out:
            what = f"{count_of(self.left_out, 'file')} left out, unreadable or of no entity"
            yield f"{what}: `duckshift check-landing` says which and why"
        yield f"{count_of(self.files, 'file')} compared with the landing contract: {', '.join(counts)}"


def compare_schemas(root: Path) -> SchemaReport:
    """Compare the columns of every landing file with the landing contract.

    Files of no entity and files that cannot be read are left out: `duckshift check-landing` names them.
    Raises UserError if the root cannot be read or is empty.
    """
    entities = {entity.path: entity for entity in landing_contract().values()}
    files_of: dict[str, list[str]] = defaultdict(list)
    for item in landing_files(root):
        # What a stream could not deliver is no record of the entity, but tells of one.
        if "/processing-failed/" not in str(item["file"]):
            files_of["/".join(str(item["file"]).split("/")[:2])].append(str(item["file"]))
    differences: list[Difference] = []
    compared = left_out = 0
    with duckdb.connect() as connection:
        for path, files in sorted(files_of.items()):
            found: list[Schema] = []
            if path in entities:
                found = list(_schemas(connection, root, entities[path], files))
                differences += _differences(entities[path], found)
            compared += len(found)
            left_out += len(files) - len(found)
    order = (BREAKING, BACKWARD, FORWARD, FULL)
    differences.sort(key=lambda item: (order.index(item.compatibility), item.entity, item.column))
    return SchemaReport(str(root), compared, left_out, differences)


@dataclass(frozen=True)
class Schema:
    """The columns of one file."""

    file: str
    columns: dict[str, str | None]  # with their types; None for text, and for a column without a value
    repeated: tuple[str, ...] = ()


def _schemas(
    connection: duckdb.DuckDBPyConnection, root: Path, entity: Entity, files: Iterable[str]
) -> Iterator[Schema]:
    """Yield the columns of each readable file."""
    for file in files:
        path = root / file
        try:
            if entity.file_format == "parquet":
                yield Schema(file, _parquet_columns(connection, path, entity))
            elif entity.file_format == "csv":
                lines = (line for line in path.read_bytes().split(b"\n") if line.strip())
                header = next(lines, b"").decode("utf-8-sig").strip()
                if header:
                    names = [name.replace(" ", "").lower() for name in header.split(",")]
                    repeated = tuple(sorted({name for name in names if names.count(name) > 1}))
                    yield Schema(file, dict.fromkeys(names), repeated)
            else:
                yield Schema(file, dict.fromkeys(_json_fields(path)))
        except (duckdb.Error, OSError, UnicodeDecodeError, EOFError, zlib.error):
            continue


def _parquet_columns(
    connection: duckdb.DuckDBPyConnection, path: Path, entity: Entity
) -> dict[str, str | None]:
    rows = connection.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
    columns: dict[str, str | None] = {str(row[0]): str(row[1]) for row in rows}
    misfit = landing_plugin().misfit
    for name, data_type in _expected(entity, path.name).items():
        kind = columns.get(name)
        if kind and misfit(name, kind, data_type) and not misfit(name, kind, data_type, has_values=False):
            # The type of a column without a value is what its writer happened to take.
            query = f'select count("{name}") from read_parquet(?)'
            if connection.execute(query, [str(path)]).fetchone() == (0,):
                columns[name] = None
    return columns


def _expected(entity: Entity, name: str) -> dict[str, str]:
    """Return the types of the columns that a file of this name may have, which only a full load may lack."""
    columns = entity.columns if _is_full_load(name) else (*entity.columns, *entity.change_columns)
    return {column.name: column.data_type for column in columns}


def _is_full_load(name: str) -> bool:
    return "LOAD" in name


def _json_fields(path: Path) -> list[str]:
    """Return the fields of all records of a file, in the order in which they come first."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    fields: dict[str, None] = {}
    for line in content.split(b"\n"):
        for text in _records(line):
            try:
                record = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(record, dict):
                fields |= dict.fromkeys(record)
    return list(fields)


def _records(line: bytes) -> Iterator[bytes]:
    """Yield the records of a line, of which a stream may put several without a line end between them."""
    start = 0
    for match in landing_plugin().STRINGS_AND_SEAMS.finditer(line) if b"}{" in line else ():
        if match.group(1):
            yield line[start : match.start(1) + 1]
            start = match.start(1) + 1
    yield line[start:]


def _differences(entity: Entity, found: list[Schema]) -> Iterator[Difference]:
    """Yield what differs, once per column and type, with the files in which it does."""
    own = [column.name for column in entity.columns if column.is_required]
    changes = [column.name for column in entity.change_columns]
    expected = {column.name: column.data_type for column in (*entity.columns, *entity.change_columns)}
    where: dict[tuple[str, str, str | None], list[str]] = defaultdict(list)
    for schema in found:
        columns, name_of_file = schema.columns, Path(schema.file).name
        wanted = _expected(entity, name_of_file)
        required = own if _is_full_load(name_of_file) else [*own, *changes]
        spare = [name for name in columns if name not in {*expected, REPLAY_COLUMN}]
        missing = [name for name in required if name not in columns]
        renames = landing_plugin().likely_renames(missing, spare, [], is_table=entity.file_format != "json")
        for name, data_type in wanted.items():
            if name in columns:
                kind = columns[name]
                if kind is not None and fit(name, kind, data_type) != FULL:
                    where["other type", name, kind].append(schema.file)
            elif entity.file_format != "json" or name in required:
                near = renames.get(name)
                if near:
                    spare.remove(near)
                where["renamed column" if near else "missing column", name, near].append(schema.file)
        for name in spare:
            where["additional column", name, columns[name]].append(schema.file)
        for name in schema.repeated:
            where["repeated column", name, None].append(schema.file)
    required = [*own, *changes]
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


def _judgement(
    change: str, name: str, found: str | None, expected: str | None, is_required: bool
) -> tuple[str, str]:
    """Return the compatibility of a difference and its remedy."""
    if change == "additional column":
        if found and name in landing_plugin().READER_COLUMNS:
            return BREAKING, "rename it: the reader of Parquet uses the name"
        return FORWARD, "kept in the column _extra of bronze; add it to the contract to use it"
    if change == "missing column" and not is_required:
        return FULL, "read as null"
    if change == "other type" and fit(name, found or "", expected or "") == BACKWARD:
        return BACKWARD, "values are converted, and records rejected that do not fit; widen the contract"
    remedies = {
        "renamed column": f"call {found} by its name {name} in a file with a new name",
        "missing column": f"deliver {name} in a file with a new name",
        "repeated column": "deliver it once",
        "other type": f"deliver {name} as {expected}",
    }
    return BREAKING, remedies[change]
