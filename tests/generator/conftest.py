"""One small landing zone for all tests of the generator, which only read it."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from duckshift.sources import GenerationReport, generate


@dataclass(frozen=True)
class Landing:
    """A landing zone with the truth about it."""

    root: Path
    report: GenerationReport
    faults: list[dict[str, str]]
    accounts: dict[str, dict[str, int]]
    figures: dict[str, Decimal]

    connection: duckdb.DuckDBPyConnection
    tables: set[str] = field(default_factory=set)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query in which `{root}` is the landing root."""
        return self.connection.execute(query.replace("{root}", str(self.root))).fetchall()

    def log(self, table: str) -> str:
        """Return a table of all records of a shop table that may be loaded, with `_path` and `_line`."""
        name = f"log_{table}"
        if name not in self.tables:
            unfit = {
                fault["file"]
                for fault in self.faults
                if fault["entity"] == table and fault["disposition"] in ("held", "waiting")
            }
            paths = sorted((self.root / "shop" / table).rglob("*.parquet"))
            files = [str(path) for path in paths if str(path.relative_to(self.root)) not in unfit]
            self.connection.execute(
                f"create table {name} as select * exclude (filename, file_row_number),"
                f" file_row_number + 1 as _line, replace(filename, '{self.root}/', '') as _path"
                f" from read_parquet({files}, union_by_name = true, filename = true, file_row_number = true,"
                " hive_partitioning = false)"
            )
            self.tables.add(name)
        return name

    def state(self, table: str, key: str) -> str:
        """Return SQL for the rows of a shop table after all changes, by order of their sequence."""
        return (
            f"(select * from {self.log(table)} where _change_seq is not null"
            f" qualify row_number() over (partition by {key} order by _change_seq desc) = 1"
            " and \"Op\" is distinct from 'D')"
        )

    def faults_of(self, *kinds: str) -> list[dict[str, str]]:
        """Return the faults of some kinds."""
        return [fault for fault in self.faults if fault["fault"] in kinds]

    def count_of_kinds(self) -> Counter[str]:
        """Return how many faults there are of each kind, as source.entity.fault."""
        return Counter(f"{fault['source']}.{fault['entity']}.{fault['fault']}" for fault in self.faults)


def _table(root: Path, name: str) -> list[dict[str, str]]:
    with (root / "_truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_landing(root: Path, report: GenerationReport) -> Landing:
    """Read the truth that lies in a landing zone."""
    return Landing(
        root=root,
        report=report,
        faults=_table(root, "faults"),
        accounts={
            f"{row['source']}.{row['entity']}": {
                name: int(value) for name, value in row.items() if name not in ("source", "entity")
            }
            for row in _table(root, "accounting")
        },
        figures={row["name"]: Decimal(row["value"]) for row in _table(root, "figures")},
        connection=duckdb.connect(),
    )


@pytest.fixture(scope="session")
def make_landing(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Landing]:
    """Return a function that generates a landing zone in a new folder."""

    def make(**arguments: Any) -> Landing:
        root = tmp_path_factory.mktemp("landing")
        return read_landing(root, generate(root, **arguments))

    return make


@pytest.fixture(scope="session")
def landing(make_landing: Callable[..., Landing]) -> Landing:
    """The smallest landing zone that is promised to have every fault."""
    return make_landing(scale=0.02, days=30, contract_breaks=True)


@pytest.fixture(scope="session")
def clean_landing(make_landing: Callable[..., Landing]) -> Landing:
    """A landing zone without faults."""
    return make_landing(scale=0.005, days=10, faults=False)
