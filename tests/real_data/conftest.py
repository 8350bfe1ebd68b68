"""Warehouses built from the public data sets, as a user builds them: `duckshift land`, then `dbt build`.

Each is built once per test session, for all processes, and is not to be changed. With them come the raw
files (schema `raw`), so that what is expected is plain SQL over what the publisher wrote.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.public_data import public_data_folder
from tests.warehouse.building import Outcome, Warehouse, once, parsed_project, session_folder

from duckshift.settings import LANDING_ROOT_VARIABLE

UNTIL = date(2017, 12, 31)
"""The day of the first of Olist's two landings; it leaves about half of the orders for the second."""
OUTCOME = "outcome.json"
RETAIL_BUILD = (
    "build",
    # The data set is in pounds and brings no rates: in euro, the default, no line could be converted.
    *("--vars", "{reporting_currency: GBP}"),
    *("--select", "+fct_order_items", "+fct_returns", "+sales_daily", "+mart_order_summary"),
    "+ops_record_accounting",
    # Online Retail is 25 times as large as Olist, which is built with all tests.
    *("--exclude-resource-type", "test", "unit_test"),
)
ORDERS_BUILD = (
    "build",
    *("--select", "+mart_order_summary", "+fct_payments", "+fct_order_items", "+fct_order_lifecycle"),
    "+ops_load_ledger",
    *("--exclude-resource-type", "test", "unit_test"),
)


def land(data_set: str, source: Path, root: Path, *options: str) -> dict[str, int]:
    """Run `duckshift land` into a landing root; returns how many new records each entity got."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DUCKSHIFT_")}
    done = subprocess.run(
        [Path(sys.executable).with_name("duckshift"), "land", data_set, "--from", source, "--json", *options],
        env=environment | {LANDING_ROOT_VARIABLE: str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"duckshift land {data_set} ended with {done.returncode}:\n{done.stderr}")
    entities = json.loads(done.stdout)["entities"]
    return {path: int(counts["records"]) for path, counts in entities.items()}


def build(warehouse: Warehouse, *arguments: str) -> Outcome:
    """Run dbt, which has to succeed; keeps the outcome beside the database."""
    outcome = warehouse.dbt(*arguments)
    if outcome.status:
        raise RuntimeError(f"dbt {' '.join(arguments)} ended with {outcome.status}:\n{outcome.output}")
    (warehouse.folder / OUTCOME).write_text(json.dumps(asdict(outcome)))
    return outcome


def opened(warehouse: Warehouse) -> duckdb.DuckDBPyConnection:
    """Open a connection to a warehouse, read only, with room for the raw files beside it (schema `raw`)."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach '{warehouse.database}' as warehouse (read_only)")
    connection.execute("create schema raw")
    return connection


@pytest.fixture(scope="session")
def real_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test session, the same in all processes of pytest-xdist."""
    return session_folder(tmp_path_factory, "warehouses")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dbt project without `src/`, parsed."""
    return parsed_project(tmp_path_factory)


@pytest.fixture(scope="session")
def retail_source() -> Path:
    return public_data_folder("online_retail")


@pytest.fixture(scope="session")
def olist_source() -> Path:
    return public_data_folder("olist")


@pytest.fixture(scope="session")
def retail_warehouse(retail_source: Path, real_data_folder: Path, project: Path) -> Warehouse:
    """Online Retail, all of it, reported in pounds."""
    landing = real_data_folder / "retail_landing"

    def make(folder: Path) -> None:
        land("online-retail", retail_source, landing)
        build(Warehouse(project, landing).copy(folder), *RETAIL_BUILD)

    return Warehouse(once(real_data_folder / "retail", make), landing)


@pytest.fixture(scope="session")
def retail(retail_source: Path, retail_warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of Online Retail, and its raw lines, typed."""
    with opened(retail_warehouse) as connection:
        connection.execute(
            f"""
            create table raw.lines as
            select
                InvoiceNo as invoice,
                InvoiceNo like 'C%' as is_credit_note,
                StockCode as stock_code,
                upper(StockCode) as product,
                StockCode similar to '[0-9]{{5}}.*' as is_product,
                cast(Quantity as bigint) as quantity,
                cast(UnitPrice as decimal(18, 6)) as unit_price,
                cast(
                    cast(Quantity as bigint) * cast(UnitPrice as decimal(18, 6)) as decimal(18, 2)
                ) as net_amount,
                cast(InvoiceDate as timestamp) as invoiced_at,
                replace(CustomerID, '.0', '') as customer_id,
                Country as country
            from read_csv('{retail_source}/*.csv', all_varchar = true, header = true)
            """
        )
        yield connection


@pytest.fixture(scope="session")
def olist_landings(olist_source: Path, real_data_folder: Path) -> tuple[Path, Path]:
    """Olist landed in two steps: the root as it was after the first, and after the second.

    The second is also what is built at once: the files of both ways are the same ones, with the same times.
    """
    folder = real_data_folder / "olist_landings"

    def make(folder: Path) -> None:
        land("olist", olist_source, folder / "all", "--until", str(UNTIL))
        shutil.copytree(folder / "all", folder / "early")
        land("olist", olist_source, folder / "all")

    once(folder, make)
    return folder / "early", folder / "all"


@pytest.fixture(scope="session")
def olist_warehouse(olist_landings: tuple[Path, Path], real_data_folder: Path, project: Path) -> Warehouse:
    """Olist built at once: seeds, models, snapshots and every test of data.

    Unit tests bring theirs, and seeds are those of any other warehouse.
    """

    def make(folder: Path) -> None:
        whole = Warehouse(project, olist_landings[1]).copy(folder)
        not_of_data = ("--exclude", "resource_type:unit_test", "test_type:generic,path:seeds")
        build(whole, "build", *not_of_data)

    return Warehouse(once(real_data_folder / "olist", make), olist_landings[1])


@pytest.fixture(scope="session")
def olist_outcome(olist_warehouse: Warehouse) -> Outcome:
    """How that build ended."""
    return Outcome(**json.loads((olist_warehouse.folder / OUTCOME).read_text()))


def read_olist(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    """Create the raw tables of Olist, text but for the times of orders (UTC) and the amounts."""
    for name in ("orders", "order_items", "customers", "products"):
        connection.execute(
            f"create table raw.{name} as from read_csv("
            f"'{source}/olist_{name}_dataset.csv', all_varchar = true, header = true)"
        )
    connection.execute(
        f"""
        create table raw.categories as
        from read_csv('{source}/product_category_name_translation.csv', all_varchar = true, header = true);

        create table raw.payments as
        select * replace (cast(payment_value as decimal(18, 2)) as payment_value)
        from '{source}/olist_order_payments_dataset.parquet';

        -- DuckDB takes an hour that comes twice for the second; the warehouse takes it for the first.
        create macro raw.utc(text) as (
            with zoned as (
                select
                    cast(text as timestamp) as local_time,
                    timezone('America/Sao_Paulo', cast(text as timestamp)) as second_time
            )

            select cast(
                case
                    when timezone('America/Sao_Paulo', second_time - interval 1 hour) = local_time
                        then second_time - interval 1 hour
                    else second_time
                end as timestamp
            )
            from zoned
        );

        create table raw.times as
        select
            order_id,
            raw.utc(order_purchase_timestamp) as purchased_at,
            raw.utc(order_approved_at) as approved_at,
            raw.utc(order_delivered_carrier_date) as handed_over_at,
            raw.utc(order_delivered_customer_date) as delivered_at
        from raw.orders;

        create table raw.totals as
        select
            order_id,
            count(*) as items,
            sum(cast(price as decimal(18, 2)) + cast(freight_value as decimal(18, 2))) as total
        from raw.order_items
        group by order_id;

        create table raw.paid as
        select order_id, count(*) as payments, sum(payment_value) as paid
        from raw.payments
        group by order_id
        """
    )


@pytest.fixture(scope="session")
def olist(olist_source: Path, olist_warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of Olist built at once, and its raw files."""
    with opened(olist_warehouse) as connection:
        read_olist(connection, olist_source)
        yield connection
