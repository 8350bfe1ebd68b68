"""Olist on the real files: the figures of their README, and the landing against the raw records.

What is expected comes by another road than the adapter's: plain SQL over the raw files, or plain Python.
"""

from collections import defaultdict
from datetime import UTC, date
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from duckshift.adapters import olist

pytestmark = pytest.mark.real_data


def one(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    return connection.execute(query).fetchall()[0][0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select count(distinct order_id) from orders", 20_000),
        ("select count(*) from order_items", 22_618),
        ("select count(distinct order_item_id) from order_items", 22_618),
        ("select count(*) from transactions", 103_886),
        ("select count(distinct payment_id) from transactions", 103_886),
        ("select count(*) from transactions anti join orders using (order_id)", 83_013),
        ("select count(*) from transactions where amount = 0", 9),
        ("select count(*) from transactions where payment_method = 'not_defined'", 3),
        ("select count(*) from products", 32_951),
        ("select count(*) from products where category_id is null", 610),
        ("select count(*) from products anti join categories using (category_id)", 610),
        ("select count(*) from categories", 71 + 2),
        ("select count(*) from suppliers", 3_095),
        ("select count(distinct order_id) from (from orders anti join order_items using (order_id))", 154),
        ("select count(*) from order_items anti join suppliers using (supplier_id)", 0),
        ("select count(*) from order_items anti join products using (product_id)", 0),
        ("select count(*) from orders anti join customers using (customer_id)", 0),
    ],
)
def test_figures_of_the_data_set(real_olist: duckdb.DuckDBPyConnection, query: str, expected: int) -> None:
    assert one(real_olist, query) == expected


def test_payments_that_differ_from_their_order(real_olist: duckdb.DuckDBPyConnection) -> None:
    query = """
        select count(*)
        from (select order_id, sum(unit_price + shipping_amount) as total from order_items group by 1)
        inner join (select order_id, sum(amount) as paid from transactions group by 1) using (order_id)
        where abs(total - paid) > 0.05
    """
    assert one(real_olist, query) == 49


def test_money_is_that_of_the_raw_files(real_olist: duckdb.DuckDBPyConnection) -> None:
    landed = "select order_id, order_item_id, unit_price, shipping_amount from order_items"
    raw = """
        select
            order_id,
            order_id || '-' || order_item_id,
            cast(price as decimal(18, 6)),
            cast(freight_value as decimal(18, 2))
        from source_order_items
    """
    assert one(real_olist, f"select count(*) from ({landed} except all {raw})") == 0
    payments = "select payment_id, payment_method, amount, installments from transactions"
    raw_payments = """
        select
            order_id || '-' || payment_sequential,
            payment_type,
            cast(payment_value as decimal(18, 2)),
            payment_installments
        from source_payments
    """
    assert one(real_olist, f"select count(*) from ({payments} except all {raw_payments})") == 0
    assert one(real_olist, f"select count(*) from ({raw_payments} except all {payments})") == 0


def test_present_status_is_that_of_the_source(real_olist: duckdb.DuckDBPyConnection) -> None:
    found = real_olist.execute(
        """
        select order_status, count(*)
        from (select order_id, arg_max(order_status, _change_seq) as order_status from orders group by 1)
        group by 1
        """
    ).fetchall()
    assert dict(found) == {
        "delivered": 19_430,
        "shipped": 215,
        "cancelled": 124,
        "unavailable": 117,
        "invoiced": 57,
        "processing": 55,
        "placed": 2,
    }


def test_times_of_the_changes(real_olist: duckdb.DuckDBPyConnection) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    times = ("purchase_timestamp", "approved_at", "delivered_carrier_date", "delivered_customer_date")
    statuses = ("placed", "paid", "shipped", "delivered")
    expected = set()
    for status, column in zip(statuses, times, strict=True):
        rows = real_olist.execute(
            f"select order_id, cast(order_{column} as timestamp) from source_orders "
            f"where order_{column} is not null"
        ).fetchall()
        expected |= {
            (order_id, status, local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None))
            for order_id, local in rows
        }
    found = real_olist.execute(
        "select order_id, order_status, status_at from orders where status_at is not null"
    ).fetchall()
    assert len(found) == len(expected)
    assert set(found) == expected


def test_the_log_runs_forward_and_reversed_times_stay_visible(real_olist: duckdb.DuckDBPyConnection) -> None:
    backwards = """
        select count(*)
        from (
            select
                lag(_commit_ts) over (partition by order_id order by _change_seq) > _commit_ts as is_backwards
            from orders
        )
        where is_backwards
    """
    assert one(real_olist, backwards) == 0
    reversals = """
        select count(*)
        from orders as earlier
        inner join orders as later using (order_id)
        where
            earlier.order_status = '{}' and later.order_status = '{}'
            and later.status_at < earlier.status_at
    """
    assert one(real_olist, reversals.format("paid", "shipped")) == 279
    assert one(real_olist, reversals.format("shipped", "delivered")) == 5
    assert (
        one(real_olist, "select count(*) from orders where order_status = 'delivered' and status_at is null")
        == 1
    )


def test_addresses_follow_the_orders(real_olist: duckdb.DuckDBPyConnection) -> None:
    history: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for customer_id, postal_code, city, region in real_olist.execute(
        """
        select customer_unique_id, customer_zip_code_prefix, customer_city, customer_state
        from source_customers
        inner join source_orders using (customer_id)
        order by order_purchase_timestamp, order_id
        """
    ).fetchall():
        address = (postal_code.zfill(5), city, region)
        if history[customer_id][-1:] != [address]:
            history[customer_id].append(address)
    found: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for customer_id, postal_code, city, region in real_olist.execute(
        """
        select customer_id, postal_code, city, region
        from customer_addresses
        order by customer_id, _change_seq
        """
    ).fetchall():
        found[customer_id].append((postal_code, city, region))
    assert found == history
    assert len(found) == 19_831
    assert one(real_olist, "select count(*) from customers") == 19_831


def test_payments_arrive_before_any_order(real_olist: duckdb.DuckDBPyConnection) -> None:
    days = real_olist.execute(
        "select distinct regexp_extract(_path, 'dt=([^/]+)', 1) from transactions"
    ).fetchall()
    assert days == [("2016-09-05",)]  # the evening of the 4th in São Paulo
    assert one(real_olist, "select min(regexp_extract(_path, '[0-9]{4}/../..')) from orders") == "2016/09/30"


def test_until_lands_early_orders_and_all_payments_and_the_rest_comes_later(
    real_olist_folder: Path, real_olist_root: Path, tmp_path: Path
) -> None:
    def times() -> dict[str, int]:
        files = (path for path in tmp_path.rglob("*") if path.is_file())
        return {path.relative_to(tmp_path).as_posix(): path.stat().st_mtime_ns for path in files}

    first = olist.land(real_olist_folder, tmp_path, until=date(2017, 6, 30))
    early = times()
    orders = [path for path in early if path.startswith("shop/orders/")]
    assert max(orders).startswith("shop/orders/2017/06/30/")
    assert first.records["payments/transactions"] == 103_886
    second = olist.land(real_olist_folder, tmp_path)
    later = times()
    assert {path: later[path] for path in early} == early
    assert second.files["payments/transactions"] == 0
    assert set(later) == {
        path.relative_to(real_olist_root).as_posix() for path in real_olist_root.rglob("*") if path.is_file()
    }
    rows = "select count(*), bit_xor(hash(landed)) from read_parquet('{}/shop/orders/**/*.parquet') as landed"
    found = duckdb.execute(rows.format(tmp_path)).fetchall()
    assert found == duckdb.execute(rows.format(real_olist_root)).fetchall()
