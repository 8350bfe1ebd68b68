"""Online Retail on a few hand-written lines: every kind of line, with values worked out by hand."""

import csv
import os
import shutil
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from duckshift.adapters import online_retail
from duckshift.contract import landing_contract
from duckshift.errors import UserError

Tree = Callable[[Path], dict[str, list[object]]]


@pytest.mark.parametrize(
    ("order_item_id", "line_type", "product_id", "line_description"),
    [
        ("536365-1", "sale", "85123A", "WHITE HANGING HEART T-LIGHT HOLDER"),
        ("536365-2", "sale", "85123A", "CREAM HANGING HEART T-LIGHT HOLDER"),
        ("536365-5", "free", "22139", "RETROSPOT TEA SET"),
        ("536365-6", "fee", None, "POST: POSTAGE"),
        ("536366-1", "adjustment", None, "M: Manual"),
        ("536367-1", "adjustment", "22139", "damaged"),
        ("536367-2", "adjustment", "22140", None),
        ("A536369-1", "bad_debt", None, "B: Adjust bad debt"),
        ("A536370-1", "bad_debt", None, "B: Adjust bad debt"),
        ("536371-1", "sale", None, "GIFT_0001_20: Dotcomgiftshop Gift Voucher £20.00"),
        ("536371-2", "fee", None, "XYZ9: Something no one has listed"),
        ("536371-3", "fee", None, "No code at all"),
        ("536372-1", "sale", None, "PADS: PADS TO MATCH ALL CUSHIONS"),
    ],
)
def test_kinds_of_order_lines(
    small_retail: duckdb.DuckDBPyConnection,
    order_item_id: str,
    line_type: str,
    product_id: str | None,
    line_description: str | None,
) -> None:
    found = small_retail.execute(
        "select line_type, product_id, line_description from order_items where order_item_id = ?",
        [order_item_id],
    ).fetchall()
    assert found == [(line_type, product_id, line_description)]


def test_returns_are_positive_and_a_charging_credit_note_is_an_adjustment(
    small_retail: duckdb.DuckDBPyConnection,
) -> None:
    found = small_retail.execute(
        "select return_item_id, line_type, product_id, quantity, refund_amount from return_items order by 1"
    ).fetchall()
    assert found == [
        ("C536368-1", "return", "85123A", 2, Decimal("5.10")),
        ("C536368-2", "adjustment", None, 1, Decimal("27.50")),
        ("C536368-3", "fee", None, 1, Decimal("0.13")),  # half a penny is rounded away from zero
        ("C536375-1", "adjustment", "71053", -1, Decimal("-1.00")),
    ]


def test_identical_lines_are_two_lines(small_retail: duckdb.DuckDBPyConnection) -> None:
    found = small_retail.execute(
        "select order_item_id, quantity from order_items "
        "where order_id = '536365' and product_id = '71053' order by 1"
    ).fetchall()
    assert found == [("536365-3", 6), ("536365-4", 6)]


def test_an_invoice_of_two_days_is_one_order_whose_lines_go_on_counting(
    small_retail: duckdb.DuckDBPyConnection,
) -> None:
    orders = small_retail.execute("select ordered_at from orders where order_id = '536366'").fetchall()
    lines = small_retail.execute(
        "select line_number, _change_seq from order_items where order_id = '536366' order by 1"
    ).fetchall()
    assert orders == [(datetime(2010, 12, 1, 9),)]
    assert lines == [(1, "2010120100000007"), (2, "2010120200000002")]


def test_products_are_named_by_lines_that_charge(small_retail: duckdb.DuckDBPyConnection) -> None:
    found = small_retail.execute(
        "select product_id, product_name, Op from products order by product_id, _change_seq"
    ).fetchall()
    assert found == [
        ("22139", None, "I"),  # free, then damaged: nothing names it on its first day
        ("22139", "RETROSPOT TEA SET", "U"),
        ("22140", None, "I"),
        ("71053", "WHITE METAL LANTERN, LARGE", "I"),
        # Two orders-or-returns call it white, one cream.
        ("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", "I"),
        ("85123A", "CREAM HANGING HEART T-LIGHT HOLDER", "U"),
    ]


def test_customers_move_and_places_that_are_no_country_do_not_move_them(
    small_retail: duckdb.DuckDBPyConnection,
) -> None:
    found = small_retail.execute(
        "select customer_id, country_code, Op from customers order by customer_id, _change_seq"
    ).fetchall()
    assert found == [
        ("12346", None, "I"),  # Channel Islands, then Unspecified and Atlantis
        ("12346", "FR", "U"),
        ("17850", "GB", "I"),
        ("17850", "IE", "U"),
    ]
    places = small_retail.execute(
        "select order_id, country_code, ship_to_region from orders "
        "where order_id in ('536372', '536374', '536373') "
        "order by 1"
    ).fetchall()
    assert places == [
        ("536372", None, "Channel Islands"),
        ("536373", "IE", None),
        ("536374", None, "Unspecified"),
    ]


def test_times_become_utc_and_the_repeated_hour_is_the_first(small_retail: duckdb.DuckDBPyConnection) -> None:
    found = dict(
        small_retail.execute(
            "select order_id, ordered_at from orders where order_id in ('536365', '558000', '573000')"
        ).fetchall()
    )
    assert found == {
        "536365": datetime(2010, 12, 1, 8, 26),
        "558000": datetime(2011, 7, 1, 9),
        "573000": datetime(2011, 10, 30, 0, 30),
    }


def test_constants_of_an_order(small_retail: duckdb.DuckDBPyConnection) -> None:
    found = small_retail.execute(
        "select distinct channel_code, order_status, status_at, currency_code, is_tax_included, Op "
        "from orders"
    ).fetchall()
    assert found == [("wholesale", "delivered", None, "GBP", False, "I")]


def test_files_have_the_columns_and_types_of_the_contract(small_retail: duckdb.DuckDBPyConnection) -> None:
    for name in online_retail.ENTITIES:
        entity = landing_contract()["shop", name]
        described = small_retail.execute(f"describe select * exclude (_path) from {name}").fetchall()
        assert [row[0] for row in described] == [c.name for c in (*entity.columns, *entity.change_columns)]
        for column in entity.columns:
            if column.is_required:
                missing = small_retail.execute(
                    f"select count(*) from {name} where {column.name} is null"
                ).fetchall()
                assert missing == [(0,)], (name, column.name)


def test_one_file_per_day_and_a_second_call_adds_nothing(
    retail_fixture: Path, tmp_path: Path, tree: Tree
) -> None:
    report = online_retail.land(retail_fixture, tmp_path)
    before = tree(tmp_path)
    assert sorted(path.rsplit("/", 1)[0] for path in before if path.startswith("shop/order_items/")) == [
        "shop/order_items/2010/12/01",
        "shop/order_items/2010/12/02",
        "shop/order_items/2011/07/01",
        "shop/order_items/2011/10/30",
    ]
    assert (report.files["shop/order_items"], report.records["shop/order_items"]) == (4, 21)
    again = online_retail.land(retail_fixture, tmp_path)
    assert sum(again.files.values()) == sum(again.records.values()) == 0
    assert tree(tmp_path) == before


def test_until_and_the_rest_give_the_same_files_as_one_call(
    retail_fixture: Path, tmp_path: Path, tree: Tree
) -> None:
    online_retail.land(retail_fixture, tmp_path / "once")
    online_retail.land(retail_fixture, tmp_path / "twice", until=date(2010, 12, 1))
    first = tree(tmp_path / "twice")
    assert first
    assert all("/2010/12/01/" in path for path in first)
    online_retail.land(retail_fixture, tmp_path / "twice")
    assert tree(tmp_path / "twice") == tree(tmp_path / "once")


def test_another_copy_of_the_same_records_lands_the_same_files(
    retail_fixture: Path, tmp_path: Path, tree: Tree
) -> None:
    """One file, Latin-1, American dates, plain customer numbers, other order of columns, one column more."""
    copy = tmp_path / "copy"
    copy.mkdir()
    names = [*reversed(online_retail.SOURCE_COLUMNS), "index"]
    with (copy / "data.csv").open("w", encoding="latin-1", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for source in sorted(retail_fixture.glob("*.csv")):
            with source.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    at = datetime.fromisoformat(row["InvoiceDate"])
                    writer.writerow(
                        row
                        | {
                            "InvoiceDate": f"{at.month}/{at.day}/{at.year} {at.hour}:{at:%M}",
                            "CustomerID": row["CustomerID"].removesuffix(".0"),
                            "index": "1",
                        }
                    )
    online_retail.land(retail_fixture, tmp_path / "daily")
    online_retail.land(copy, tmp_path / "one")
    assert tree(tmp_path / "one") == tree(tmp_path / "daily")


def edited(source: Path, target: Path, old: str, new: str) -> Path:
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    for path in target.glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID",
            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID",
            "2010-12-01.csv: expected column InvoiceNo, UnitPrice, CustomerID, "
            "found Invoice, StockCode, Description, Quantity, InvoiceDate, Price, Customer ID, Country",
        ),
        (
            "RETROSPOT TEA SET,2,",
            "RETROSPOT TEA SET,two,",
            "2010-12-01.csv: record 5, column Quantity: expected a whole number, found 'two'",
        ),
        (
            "RETROSPOT TEA SET,1,",
            "RETROSPOT TEA SET,1.5,",
            "2010-12-02.csv: record 2, column Quantity: expected a whole number, found '1.5'",
        ),
        (
            ",2.95,",
            ",GBP 2.95,",
            "2011-07-01.csv: record 1, column UnitPrice: expected a number, found 'GBP 2.95'",
        ),
        (
            "2011-07-01 10:00:00",
            "July",
            "2011-07-01.csv: record 1, column InvoiceDate: "
            "expected a date and time such as 2010-12-01 08:26:00, "
            "found 'July'",
        ),
        (
            "558000,",
            ",",
            "2011-07-01.csv: record 1, column InvoiceNo: expected an invoice number, found nothing",
        ),
        (
            ",2.95,17850.0,EIRE",
            "",
            "2011-07-01.csv, line 2: cannot be read: Expected Number of Columns: 8 Found: 5",
        ),
        (
            "CREAM HANGING HEART T-LIGHT HOLDER,1,",
            '"CREAM HANGING HEART T-LIGHT HOLDER,1,',
            "2011-07-01.csv, line 2: cannot be read: Value with unterminated quote found.",
        ),
    ],
)
def test_bad_input_is_one_clear_line(
    retail_fixture: Path, tmp_path: Path, old: str, new: str, expected: str
) -> None:
    source = edited(retail_fixture, tmp_path / "source", old, new)
    with pytest.raises(UserError) as caught:
        online_retail.land(source, tmp_path / "root")
    assert str(caught.value).endswith(f"{os.sep}{expected}") or str(caught.value) == expected
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "root").exists()


def test_missing_files_are_one_clear_line(retail_fixture: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere: expected the folder of UCI Online Retail, found nothing"):
        online_retail.land(tmp_path / "nowhere", tmp_path / "root")
    with pytest.raises(UserError, match=r"expected the folder of UCI Online Retail, found a file"):
        online_retail.land(retail_fixture / "2010-12-01.csv", tmp_path / "root")
    folder = tmp_path / "excel"
    folder.mkdir()
    with pytest.raises(UserError, match=r"expected CSV files of UCI Online Retail, found an empty folder"):
        online_retail.land(folder, tmp_path / "root")
    (folder / "Online Retail.xlsx").touch()
    with pytest.raises(UserError, match=r"expected CSV files of UCI Online Retail, found Online Retail.xlsx"):
        online_retail.land(folder, tmp_path / "root")
    (folder / "empty.csv").touch()
    with pytest.raises(UserError, match=r"empty.csv: expected column InvoiceNo.*found an empty file"):
        online_retail.land(folder, tmp_path / "root")
