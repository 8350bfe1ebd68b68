"""The landing contract: what files must lie under the landing root, read from contracts/landing/*.odcs.yaml.

The contract is written once, in the Open Data Contract Standard. The generator and the adapters write to it,
`duckshift check-landing` judges by it, and dbt's source definitions are exported from it.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import CustomProperty, OpenDataContractStandard, SchemaProperty

from duckshift.errors import UserError
from duckshift.settings import project_root


@dataclass(frozen=True)
class Column:
    """One column of an entity; `data_type` is a SQL type that DuckDB and Redshift share."""

    name: str
    data_type: str
    is_required: bool
    key_position: int | None  # from 1; None outside the key
    pii: str | None  # kind of personal data, None if it is none
    description: str


@dataclass(frozen=True)
class Entity:
    """One kind of record: the files below `<landing root>/<path>/`."""

    source: str
    name: str
    path: str  # relative to the landing root, such as shop/orders
    file_format: str  # parquet, csv or json (one object per line)
    delivery: str  # change_log, latest_version, latest_revision, full_dump or event_stream
    needs_manifest: bool  # whether a file waits for the manifest beside it
    description: str
    columns: tuple[Column, ...]  # the entity's own columns
    change_columns: tuple[Column, ...]  # Op, _commit_ts, _change_seq of a change log, else empty
    compression: str | None = None  # gzip, or None if files are as they are

    @property
    def suffix(self) -> str:
        """How file names end, without the first point, such as json.gz."""
        return f"{self.file_format}.gz" if self.compression == "gzip" else self.file_format

    @property
    def inflation(self) -> int:
        """About how many bytes to read a byte of its files stands for; what memory holds is bounded by it."""
        return 16 if self.compression else 1

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns, in order."""
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(column.name for column in sorted(keyed, key=lambda column: column.key_position or 0))


def _custom(properties: list[CustomProperty] | None, name: str) -> Any:
    return next((item.value for item in properties or [] if item.property == name), None)


def _column(item: SchemaProperty) -> Column:
    return Column(
        name=str(item.name),
        data_type=str(item.physicalType),
        is_required=bool(item.required),
        key_position=item.primaryKeyPosition if item.primaryKey else None,
        pii=_custom(item.customProperties, "pii"),
        description=str(item.description),
    )


def contract_files() -> list[Path]:
    """Return the contract's files, one per source system."""
    return sorted((project_root() / "contracts" / "landing").glob("*.odcs.yaml"))


def load_source(path: Path) -> list[Entity]:
    """Read the entities of one contract file.

    Raises UserError if the file is no valid Open Data Contract.
    """
    try:
        contract = OpenDataContractStandard.from_file(str(path))
    except Exception as error:  # the library raises pydantic's and yaml's own errors
        raise UserError(f"{path.name} is no valid data contract: {str(error).splitlines()[0]}") from error
    try:
        changes = [
            Column(item["name"], item["physicalType"], False, None, None, item["description"])
            for item in _custom(contract.customProperties, "changeColumns") or []
        ]
    except (KeyError, TypeError) as error:
        needed = "each of changeColumns needs name, physicalType and description"
        raise UserError(f"{path.name} is no valid data contract: {needed}") from error
    return [
        Entity(
            source=str(contract.name),
            name=str(item.name),
            path=str(item.physicalName),
            file_format=str(item.physicalType),
            delivery=str(_custom(contract.customProperties, "delivery")),
            needs_manifest=_custom(item.customProperties, "manifest") == "required",
            description=f"{item.description} {item.dataGranularityDescription}",
            columns=tuple(_column(column) for column in item.properties or []),
            change_columns=tuple(changes),
            compression=_custom(item.customProperties, "compression"),
        )
        for item in contract.schema_ or []
    ]


@lru_cache(maxsize=1)
def landing_contract() -> dict[tuple[str, str], Entity]:
    """Return every entity of the landing contract by (source, entity)."""
    entities = [entity for path in contract_files() for entity in load_source(path)]
    return {(entity.source, entity.name): entity for entity in entities}
