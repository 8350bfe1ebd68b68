"""Olist on a few hand-written lines: every status and every kind of dirt, with values worked out by hand."""

import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from duckshift.adapters import olist
from duckshift.contract import landing_contract
from duckshift.errors import UserError

Tree = Callable[[Path], dict[str, list[object]]]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("order_id", "statuses"),
    [
        ("o1", "placed paid shipped delivered"),
        ("o3", "placed paid cancelled"),
        ("o4", "placed"),
        ("o5", "placed paid unavailable"),
        ("o6", "placed paid shipped"),
        ("o7", "placed paid shipped delivered"),  # delivered without a date
        ("o8", "placed paid"),
    ],
)
def test_life_of_an_order(small_olist: duckdb.DuckDBPyConnection, order_id: str, statuses: str) -> None:
    found = small_olist.execute(
        "select order_status, Op from orders where order_id = ? order by _change_seq", [order_id]
    ).fetchall()
    assert [row[0] for row in found] == statuses.split()
    assert [row[1] for row in found] == ["I", *["U"] * (len(found) - 1)]


def test_a_parcel_handed_over_before_approval_stays_visible(small_olist: duckdb.DuckDBPyConnection) -> None:
    found = small_olist.execute(
        "select order_status, status_at, _commit_ts from orders where order_id = 'o2' order by _change_seq"
    ).fetchall()
    # Local times are two hours behind UTC in summer; 31 October 23:30 is 1 November in UTC.
    assert found == [
        ("placed", at("2017-11-01T01:30"), at("2017-11-01T01:30")),
        ("paid", at("2017-11-02T11:00"), at("2017-11-02T11:00")),
        ("shipped", at("2017-11-01T10:00"), at("2017-11-02T11:00")),
        ("delivered", at("2017-11-05T14:00"), at("2017-11-05T14:00")),
    ]


def test_a_status_without_a_time_has_none(small_olist: duckdb.DuckDBPyConnection) -> None:
    found = small_olist.execute(
        "select order_id, order_status, _commit_ts from orders where status_at is null order by order_id"
    ).fetchall()
    assert found == [
        ("o3", "cancelled", at("2017-11-24T12:05")),
        ("o5", "unavailable", at("2017-12-06T12:30")),
        ("o7", "delivered", at("2018-02-21T13:00")),
    ]


def test_the_repeated_hour_is_the_first(small_olist: duckdb.DuckDBPyConnection) -> None:
    found = small_olist.execute("select distinct ordered_at from orders where order_id = 'o6'").fetchall()
    assert found == [(at("2018-02-18T01:30"),)]


def test_constants_of_an_order(small_olist: duckdb.DuckDBPyConnection) -> None:
    found = small_olist.execute(
        "select distinct channel_code, currency_code, country_code, is_tax_included, ship_to_region, "
        "ship_to_city, "
        "promised_date from orders where order_id = 'o1'"
    ).fetchall()
    assert found == [("marketplace", "BRL", "BR", True, "SP", "sao paulo", date(2017, 10, 18))]


def test_items(small_olist: duckdb.DuckDBPyConnection) -> None:
    found = small_olist.execute(
        "select order_item_id, line_number, line_type, quantity, unit_price, shipping_amount, supplier_id, "
        "_commit_ts from order_items where order_item_id in ('o1-2', 'o3-1', 'o99-1') order by 1"
    ).fetchall()
    assert found == [
        ("o1-2", 2, "sale", 1, Decimal("29.99"), Decimal("8.72"), "s1", at("2017-10-02T13:56:33")),
        ("o3-1", 1, "free", 1, Decimal(0), Decimal("5.5"), "s1", at("2017-11-24T12:00")),
        # Its order is not there: it arrives when it should have been shipped.
        ("o99-1", 1, "sale", 1, Decimal(55), Decimal(5), "s2", at("2018-03-01T12:00")),
    ]


def test_addresses_follow_the_orders(small_olist: duckdb.DuckDBPyConnection) -> None:
    found = small_olist.execute(
        "select address_id, customer_id, postal_code, city, region, Op "
        "from customer_addresses order by customer_id, _change_seq"
    ).fetchall()
    assert found == [
        ("ana-1", "ana", "04534", "sao paulo", "SP", "I"),
        ("ana-1", "ana", "20031", "rio de janeiro", "RJ", "U"),  # ordered from there twice
        ("ana-1", "ana", "04534", "sao paulo", "SP", "U"),
        ("bia-1", "bia", "18682", "lencois paulista", "SP", "I"),
        ("caio-1", "caio", "01310", "sao paulo", "SP", "I"),
        ("dora-1", "dora", "57740-000", "paulo jacinto", "AL", "I"),
        ("eva-1", "eva", "99999", "porto alegre", "RS", "I"),  # has no order
    ]
    customers = small_olist.execute("select customer_id, Op from customers order by 1").fetchall()
    assert customers == [(name, "I") for name in ("ana", "bia", "caio", "dora", "eva")]


def test_catalogue_and_sellers(small_olist: duckdb.DuckDBPyConnection) -> None:
    categories = small_olist.execute(
        "select category_id, category_name from categories order by 1"
    ).fetchall()
    assert categories == [("artes", "art"), ("pc_gamer", "pc_gamer"), ("perfumaria", "perfumery")]
    products = small_olist.execute("select product_id, category_id from products order by 1").fetchall()
    assert products == [("p1", "perfumaria"), ("p2", "pc_gamer"), ("p3", None)]
    suppliers = small_olist.execute("select supplier_id, city, region from suppliers order by 1").fetchall()
    assert suppliers == [("s1", "campinas", "SP"), ("s2", "sao paulo", "SP")]


def test_payments_are_json_as_in_the_contract(olist_fixture: Path, tmp_path: Path) -> None:
    olist.land(olist_fixture, tmp_path)
    (page,) = (tmp_path / "payments").rglob("*.json")
    assert page.relative_to(tmp_path).as_posix() == (
        "payments/transactions/dt=2017-10-02/page-00001.20171002T000000Z.json"
    )
    records = [json.loads(line) for line in page.read_text(encoding="utf-8").splitlines()]
    assert [record["payment_id"] for record in records] == ["o1-1", "o1-2", "o2-1", "o3-1", "o6-1", "o50-1"]
    assert records[0] == {
        "payment_id": "o1-1",
        "order_id": "o1",
        "transaction_type": "capture",
        "payment_method": "credit_card",
        "amount": 70.0,
        "currency_code": "BRL",
        "payment_at": None,
        "installments": 3,
    }
    names = {column.name for column in landing_contract()["payments", "transactions"].columns}
    assert set(records[0]) <= names


def test_payments_may_come_as_parquet(olist_fixture: Path, tmp_path: Path, tree: Tree) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(olist_fixture, copy, copy_function=shutil.copyfile)
    payments = copy / "olist_order_payments_dataset.csv"
    with duckdb.connect() as connection:
        connection.execute(f"copy (from '{payments}') to '{payments.with_suffix('.parquet')}'")
    payments.unlink()
    olist.land(copy, tmp_path / "parquet")
    olist.land(olist_fixture, tmp_path / "csv")
    assert tree(tmp_path / "parquet") == tree(tmp_path / "csv")


def test_files_have_the_columns_of_the_contract(small_olist: duckdb.DuckDBPyConnection) -> None:
    for name in olist.ENTITIES:
        entity = landing_contract()["shop", name]
        described = small_olist.execute(f"describe select * exclude (_path) from {name}").fetchall()
        assert [row[0] for row in described] == [c.name for c in (*entity.columns, *entity.change_columns)]
        for column in entity.columns:
            if column.is_required:
                missing = small_olist.execute(
                    f"select count(*) from {name} where {column.name} is null"
                ).fetchall()
                assert missing == [(0,)], (name, column.name)


def test_months_arrive_on_their_last_day(small_olist: duckdb.DuckDBPyConnection) -> None:
    found = small_olist.execute(
        "select distinct regexp_extract(_path, 'shop/orders/.*') from orders order by 1"
    ).fetchall()
    months = ("2017/10/31", "2017/11/30", "2017/12/31", "2018/02/28")
    assert found == [(f"shop/orders/{month}/235959-1.parquet",) for month in months]


def test_until_and_the_rest_give_the_same_files_as_one_call(
    olist_fixture: Path, tmp_path: Path, tree: Tree
) -> None:
    olist.land(olist_fixture, tmp_path / "once")
    olist.land(olist_fixture, tmp_path / "twice", until=date(2017, 12, 30))
    first = tree(tmp_path / "twice")
    assert {path for path in first if path.startswith("shop/orders/")} == {
        "shop/orders/2017/10/31/235959-1.parquet",
        "shop/orders/2017/11/30/235959-1.parquet",
    }
    assert sum(len(rows) for path, rows in first.items() if path.startswith("payments/")) == 6
    report = olist.land(olist_fixture, tmp_path / "twice")
    assert report.files["payments/transactions"] == 0
    assert report.files["shop/orders"] == 2
    assert tree(tmp_path / "twice") == tree(tmp_path / "once")


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "olist_orders_dataset.csv",
            "order_approved_at",
            "approved_at",
            "olist_orders_dataset.csv: expected column order_approved_at, found order_id, "
            "customer_id, order_status, order_purchase_timestamp, approved_at, "
            "order_delivered_carrier_date, order_delivered_customer_date, "
            "order_estimated_delivery_date",
        ),
        (
            "olist_orders_dataset.csv",
            "2017-10-02 11:07:15",
            "2017-13-02",
            "olist_orders_dataset.csv: record 1, column order_approved_at: expected a date and time such as "
            "2017-10-02 10:56:33, found '2017-13-02'",
        ),
        (
            "olist_orders_dataset.csv",
            "o2,",
            "o1,",
            "olist_orders_dataset.csv: column order_id: expected unique values, found 'o1' 2 times",
        ),
        (
            "olist_order_items_dataset.csv",
            "100.0",
            "free",
            "olist_order_items_dataset.csv: record 3, column price: expected an amount of money, "
            "found 'free'",
        ),
        (
            "olist_order_payments_dataset.csv",
            "boleto",
            "",
            "olist_order_payments_dataset.csv: record 3, column payment_type: "
            "expected an identifier, found nothing",
        ),
    ],
)
def test_bad_input_is_one_clear_line(
    olist_fixture: Path, tmp_path: Path, file: str, old: str, new: str, expected: str
) -> None:
    source = tmp_path / "source"
    shutil.copytree(olist_fixture, source, copy_function=shutil.copyfile)
    path = source / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        olist.land(source, tmp_path / "root")
    assert str(caught.value).endswith(expected)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "root").exists()


def test_missing_files_are_one_clear_line(olist_fixture: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere: expected the folder of Olist, found nothing"):
        olist.land(tmp_path / "nowhere", tmp_path / "root")
    source = tmp_path / "source"
    shutil.copytree(olist_fixture, source, copy_function=shutil.copyfile)
    (source / "olist_order_payments_dataset.csv").unlink()
    expected = (
        "expected olist_order_payments_dataset.csv or olist_order_payments_dataset.parquet, found olist_cust"
    )
    with pytest.raises(UserError, match=expected):
        olist.land(source, tmp_path / "root")
    (source / "olist_order_payments_dataset.parquet").write_bytes(b"PAR1 cut off")
    with pytest.raises(UserError, match=r"olist_order_payments_dataset.parquet: cannot be read: "):
        olist.land(source, tmp_path / "root")
    (source / "olist_order_payments_dataset.parquet").unlink()
    shutil.copyfile(
        olist_fixture / "olist_order_payments_dataset.csv", source / "olist_order_payments_dataset.csv"
    )
    orders = source / "olist_orders_dataset.csv"
    orders.write_text(orders.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="expected orders in olist_orders_dataset, found none"):
        olist.land(source, tmp_path / "root")
