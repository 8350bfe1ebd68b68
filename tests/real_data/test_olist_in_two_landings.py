"""Olist landed in two steps: payments that came first attach when their orders arrive.

Buys that a fact may come before its parent, on real data: all payments lie in the first landing, the orders
of 2018 come with the second. The result equals a warehouse that was built at once, in all that is made of
orders and payments; that it does in every table is shown on generated data (warehouse/test_lateness.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from tests.real_data.conftest import ORDERS_BUILD, UNTIL, build, opened, read_olist
from tests.real_data.querying import assert_same_rows, one
from tests.warehouse.building import Warehouse

from duckshift.comparison import WAY, duckdb_differences

pytestmark = [pytest.mark.real_data, pytest.mark.full]

PAYMENTS = "select payment_id, amount, is_order_known from warehouse.gold.fct_payments"
RAW_PAYMENTS = """
    select payments.order_id || '-' || payment_sequential, payment_value, orders.order_id is not null
    from raw.payments as payments
    left join (select order_id from raw.times where {}) as orders on payments.order_id = orders.order_id
"""
# What happened until then arrived until then: an order arrives with the month of its purchase (UTC).
EARLY = f"cast(purchased_at as date) <= date '{UNTIL}'"
RELATIONS = """
    select schema_name || '.' || table_name from duckdb_tables()
    union all
    select schema_name || '.' || view_name from duckdb_views() where not internal
"""
KNOWN = "select count(*) from warehouse.gold.fct_payments where is_order_known"


@dataclass(frozen=True)
class Steps:
    """The warehouse after each of two builds."""

    first: Warehouse
    second: Warehouse


@pytest.fixture(scope="module")
def steps(
    olist_landings: tuple[Path, Path], project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Steps:
    early, everything = olist_landings
    first = Warehouse(project, early).copy(tmp_path_factory.mktemp("first"))
    build(first, *ORDERS_BUILD)
    second = first.copy(tmp_path_factory.mktemp("second"), everything)
    build(second, *ORDERS_BUILD)
    return Steps(first, second)


@pytest.fixture(scope="module")
def first(steps: Steps, olist_source: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with opened(steps.first) as connection:
        read_olist(connection, olist_source)
        yield connection


@pytest.fixture(scope="module")
def second(steps: Steps, olist_source: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with opened(steps.second) as connection:
        read_olist(connection, olist_source)
        yield connection


def test_first_landing_has_all_payments_and_the_early_orders(first: duckdb.DuckDBPyConnection) -> None:
    orders = assert_same_rows(
        first,
        "select order_id from warehouse.gold.mart_order_summary",
        f"select order_id from raw.times where {EARLY}",
    )
    assert 5_000 < orders < 15_000
    assert assert_same_rows(first, PAYMENTS, RAW_PAYMENTS.format(EARLY)) == 103_886


def test_payments_attach_when_their_order_arrives(
    first: duckdb.DuckDBPyConnection, second: duckdb.DuckDBPyConnection
) -> None:
    assert assert_same_rows(second, PAYMENTS, RAW_PAYMENTS.format("true")) == 103_886
    attached = one(second, KNOWN) - one(first, KNOWN)
    late = f"select count(*) from raw.payments semi join (from raw.times where not {EARLY}) using (order_id)"
    assert attached == one(second, late)
    assert attached > 5_000
    assert one(second, KNOWN) == 103_886 - 83_013


def test_early_orders_learn_what_happened_to_them_later(
    first: duckdb.DuckDBPyConnection, second: duckdb.DuckDBPyConnection
) -> None:
    deliveries = f"""
        select count(delivered_at)
        from warehouse.silver.int_orders__date_milestones
        where cast(placed_at as date) <= date '{UNTIL}'
    """
    dated = "select order_id from raw.orders where order_delivered_customer_date is not null"
    deliveries += f" and order_id in ({dated})"
    raw = f"select count(delivered_at) from raw.times where {EARLY}"
    assert one(first, deliveries) == one(first, f"{raw} and cast(delivered_at as date) <= date '{UNTIL}'")
    assert one(second, deliveries) == one(second, raw)
    assert one(first, deliveries) < one(second, deliveries)


def test_two_builds_equal_one(steps: Steps, olist_warehouse: Warehouse) -> None:
    loads = {run for (run,) in steps.second.rows("select distinct run_id from ops.ops_load_ledger")}
    assert len(loads) == 2
    made = {name for (name,) in steps.second.rows(RELATIONS)}
    assert {"gold.mart_order_summary", "gold.fct_payments", "silver.int_orders__date_milestones"} <= made
    others = {name for (name,) in olist_warehouse.rows(RELATIONS)} - made
    left_out = re.compile("|".join([WAY.pattern, *map(re.escape, sorted(others))]))
    assert duckdb_differences(steps.second.database, olist_warehouse.database, left_out=left_out) == []
