"""Landings of the adapters for tests: of the small fixtures, and of the real data where they are present."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from tests.public_data import public_data_folder

from duckshift.adapters import olist, online_retail
from duckshift.contract import landing_contract

FIXTURES = Path(__file__).parents[1] / "fixtures"


def landed(root: Path) -> duckdb.DuckDBPyConnection:
    """Open a connection with one view per entity that lies below a landing root."""
    connection = duckdb.connect()
    for entity in landing_contract().values():
        files = str(root / entity.path / "**" / f"*.{entity.file_format}")
        if not (root / entity.path).is_dir():
            continue
        if entity.file_format == "parquet":
            source = f"read_parquet('{files}', hive_partitioning = false, filename = '_path')"
        else:
            columns = ", ".join(f"{column.name}: '{column.data_type}'" for column in entity.columns)
            source = (
                f"read_json('{files}', format = 'newline_delimited', columns = {{{columns}}}, "
                "hive_partitioning = false, filename = '_path')"
            )
        connection.execute(f"create view {entity.name} as select * from {source}")
    return connection


@pytest.fixture(scope="session")
def tree() -> Iterator[Callable[[Path], dict[str, list[object]]]]:
    """Return the rows of every file below a root, in order; equal rows need not give equal Parquet bytes."""
    with duckdb.connect() as connection:

        def rows(path: Path) -> list[object]:
            if path.suffix != ".parquet":
                return [*path.read_text(encoding="utf-8").splitlines()]
            return [*connection.read_parquet(str(path), hive_partitioning=False).fetchall()]

        yield lambda root: {
            path.relative_to(root).as_posix(): rows(path)
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }


@pytest.fixture(scope="session")
def real_retail_folder() -> Path:
    return public_data_folder("online_retail")


@pytest.fixture(scope="session")
def real_olist_folder() -> Path:
    return public_data_folder("olist")


@pytest.fixture(scope="session")
def retail_fixture() -> Path:
    return FIXTURES / "online_retail"


@pytest.fixture(scope="session")
def olist_fixture() -> Path:
    return FIXTURES / "olist"


@pytest.fixture(scope="session")
def small_retail(
    retail_fixture: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("small_retail")
    online_retail.land(retail_fixture, root)
    with landed(root) as connection:
        yield connection


@pytest.fixture(scope="session")
def small_olist(
    olist_fixture: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("small_olist")
    olist.land(olist_fixture, root)
    with landed(root) as connection:
        yield connection


@pytest.fixture(scope="session")
def real_retail(
    real_retail_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The landed real data; view `source` is the raw files as text, read without the adapter."""
    root = tmp_path_factory.mktemp("real_retail")
    online_retail.land(real_retail_folder, root)
    with landed(root) as connection:
        connection.execute(
            "create table source as "
            f"from read_csv('{real_retail_folder}/*.csv', all_varchar = true, header = true)"
        )
        yield connection


@pytest.fixture(scope="session")
def real_olist_root(real_olist_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("real_olist")
    olist.land(real_olist_folder, root)
    return root


@pytest.fixture(scope="session")
def real_olist(real_olist_folder: Path, real_olist_root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The landed real data; views `source_<table>` are the raw files as text, read without the adapter."""
    with landed(real_olist_root) as connection:
        for table in ("orders", "order_items", "customers", "products", "sellers"):
            connection.execute(
                f"create table source_{table} as from read_csv("
                f"'{real_olist_folder}/olist_{table}_dataset.csv', all_varchar = true, header = true)"
            )
        payments = next(real_olist_folder.glob("olist_order_payments_dataset.*"))
        connection.execute(f"create table source_payments as from '{payments}'")
        yield connection
