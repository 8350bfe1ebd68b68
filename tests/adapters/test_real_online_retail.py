"""Online Retail on the real files: the figures of their README, and the landing against the raw records.

What is expected comes by another road than the adapter's: plain SQL over the raw files, or plain Python.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest

pytestmark = pytest.mark.real_data


def one(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    return connection.execute(query).fetchall()[0][0]


def test_every_line_lands_once_with_its_values(real_retail: duckdb.DuckDBPyConnection) -> None:
    assert one(real_retail, "select count(*) from source") == 541_909
    assert one(real_retail, "select count(*) from order_items") == 541_909 - 9_288
    assert one(real_retail, "select count(*) from return_items") == 9_288
    landed = """
        select order_id as invoice, product_id, quantity, unit_price from order_items
        union all
        select return_id, product_id, -quantity, unit_price from return_items
    """
    raw = """
        select
            InvoiceNo as invoice,
            case when upper(StockCode) similar to '[0-9]{5}.*' then upper(StockCode) end as product_id,
            cast(Quantity as bigint) as quantity,
            cast(UnitPrice as decimal(18, 6)) as unit_price
        from source
    """
    differences = f"""
        select count(*)
        from (
            select invoice, product_id, quantity, unit_price
            from (select *, 1 as weight from ({raw}) union all select *, -1 from ({landed}))
            group by all
            having sum(weight) != 0
        )
    """
    assert one(real_retail, differences) == 0


def test_net_value_to_the_penny(real_retail: duckdb.DuckDBPyConnection) -> None:
    gross = one(real_retail, "select sum(round(quantity * unit_price, 2)) from order_items")
    refunds = one(real_retail, "select sum(refund_amount) from return_items")
    assert isinstance(gross, Decimal)
    assert isinstance(refunds, Decimal)
    assert gross - refunds == Decimal("9747747.93")


def test_figures_of_the_data_set(real_retail: duckdb.DuckDBPyConnection) -> None:
    invoices = "select order_id as id from orders union all select return_id from returns"
    assert one(real_retail, f"select count(*) from ({invoices})") == 25_900
    assert one(real_retail, f"select count(distinct id) from ({invoices})") == 25_900
    assert one(real_retail, "select count(distinct customer_id) from customers") == 4_372
    assert one(real_retail, "select count(distinct coalesce(country_code, ship_to_region)) from orders") == 38
    # 4,070 stock codes as they are written: 112 differ only in case, 32 are no product.
    products = one(real_retail, "select count(distinct product_id) from products")
    assert products == 3_926 == 4_070 - 112 - 32


def test_kinds_of_lines(real_retail: duckdb.DuckDBPyConnection) -> None:
    lines = dict(real_retail.execute("select line_type, count(*) from order_items group by 1").fetchall())
    assert lines["bad_debt"] == 3
    assert lines["free"] == 2_515 - 1_336  # zero prices, less the negative quantities, all of which have none
    assert sum(lines.values()) == 541_909 - 9_288
    assert set(lines) == {"sale", "free", "fee", "adjustment", "bad_debt"}
    assert one(real_retail, "select count(*) from order_items where quantity < 0") == 1_336
    assert (
        one(real_retail, "select count(*) from order_items where quantity < 0 and line_type != 'adjustment'")
        == 0
    )
    returned = dict(real_retail.execute("select line_type, count(*) from return_items group by 1").fetchall())
    assert set(returned) == {"return", "fee", "adjustment"}
    assert one(real_retail, "select count(*) from return_items where quantity <= 0 or refund_amount < 0") == 0


def test_every_code_that_is_no_product(real_retail: duckdb.DuckDBPyConnection) -> None:
    found = real_retail.execute(
        """
        select split_part(line_description, ':', 1) as code, line_type, count(*)
        from (
            select line_description, line_type from order_items where product_id is null
            union all
            select line_description, line_type from return_items where product_id is null
        )
        group by all
        """
    ).fetchall()
    codes: Counter[str] = Counter()
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for code, line_type, lines in found:
        codes[code] += lines
        kinds[code] |= {line_type} - {"free"}
    goods = {code for code in codes if code.startswith("DCGS")}
    vouchers = {f"GIFT_0001_{worth}" for worth in (10, 20, 30, 40, 50)}
    assert codes.total() == 2_995
    assert len(goods) == 16
    assert set(codes) - goods - vouchers == {
        *("POST", "DOT", "C2", "BANK CHARGES", "AMAZONFEE", "CRUK"),
        *("M", "D", "S", "B", "PADS"),
    }
    assert codes["POST"] == 1_256
    assert codes["DOT"] == 710
    assert codes["M"] == 572
    for code in ("POST", "DOT", "C2", "BANK CHARGES", "AMAZONFEE", "CRUK"):
        assert kinds[code] == {"fee"}, code
    for code in ("M", "D", "S"):
        assert kinds[code] == {"adjustment"}, code
    assert kinds["B"] == {"bad_debt"}
    for code in (*goods, *vouchers, "PADS"):
        assert kinds[code] <= {"sale", "adjustment"}, code


def test_lines_are_numbered_through_their_invoice(real_retail: duckdb.DuckDBPyConnection) -> None:
    lines = """
        select order_item_id as line_id, order_id as invoice, line_number from order_items
        union all
        select return_item_id, return_id, line_number from return_items
    """
    assert one(real_retail, f"select count(distinct line_id) from ({lines})") == 541_909
    gaps = f"""
        select count(*)
        from (
            select invoice
            from ({lines})
            group by invoice
            having min(line_number) != 1 or max(line_number) != count(*)
        )
    """
    assert one(real_retail, gaps) == 0


def test_times_are_utc(real_retail: duckdb.DuckDBPyConnection) -> None:
    pairs = real_retail.execute(
        """
        select cast(min(source.InvoiceDate) as timestamp), any_value(orders.ordered_at)
        from source
        inner join orders on source.InvoiceNo = orders.order_id
        group by orders.order_id
        """
    ).fetchall()
    assert len(pairs) == 22_064
    london = ZoneInfo("Europe/London")
    for local, landed in pairs:
        assert landed == local.replace(tzinfo=london).astimezone(UTC).replace(tzinfo=None)


def test_products_and_their_names_day_by_day(real_retail: duckdb.DuckDBPyConnection) -> None:
    lines = real_retail.execute(
        """
        select
            upper(StockCode),
            InvoiceDate[:10],
            trim(Description),
            count(*) filter (cast(UnitPrice as double) > 0)
        from source
        group by all
        """
    ).fetchall()
    named: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for code, day, description, charged in lines:
        if code[:5].isdigit():
            named[code][day] += Counter({description: charged})  # adding leaves out what counts zero
    expected: dict[str, list[str | None]] = {}
    for code, days in named.items():
        names: list[str | None] = []
        for day in sorted(days):
            best = min(days[day], key=lambda name, seen=days[day]: (-seen[name], name), default=None)  # type: ignore[misc]
            if not names or (best is not None and best != names[-1]):
                names.append(best)
        expected[code] = names
    found: defaultdict[str, list[str | None]] = defaultdict(list)
    ops: defaultdict[str, str] = defaultdict(str)
    for code, name, op in real_retail.execute(
        "select product_id, product_name, Op from products order by product_id, _change_seq"
    ).fetchall():
        found[code].append(name)
        ops[code] += op
    assert found == expected
    assert len(found) == 3_926
    assert all(op == "I" + "U" * (len(op) - 1) for op in ops.values())


def test_customers_and_their_countries(real_retail: duckdb.DuckDBPyConnection) -> None:
    assert one(real_retail, "select count(*) from customers where Op = 'I'") == 4_372
    moved = real_retail.execute(
        "select distinct customer_id from customers where Op = 'U' order by 1"
    ).fetchall()
    raw = real_retail.execute(
        """
        select replace(CustomerID, '.0', '')
        from source
        where CustomerID is not null
        group by CustomerID
        having count(distinct Country) > 1
        order by 1
        """
    ).fetchall()
    assert len(raw) == 8
    assert moved == raw
    last = real_retail.execute(
        "select arg_max(country_code, _change_seq) from customers where customer_id = '12370'"
    ).fetchall()
    assert last == [("CY",)]  # Austria in between


def test_a_file_holds_the_changes_of_its_day(real_retail: duckdb.DuckDBPyConnection) -> None:
    assert one(real_retail, "select count(distinct _path) from order_items") == 305
    strays = """
        select count(*)
        from order_items
        where regexp_extract(_path, '[0-9]{4}/[0-9]{2}/[0-9]{2}') != strftime(_commit_ts, '%Y/%m/%d')
    """
    assert one(real_retail, strays) == 0
    first = real_retail.execute("select min(_commit_ts), max(_commit_ts) from order_items").fetchall()
    assert first == [(datetime(2010, 12, 1, 8, 26), datetime(2011, 12, 9, 12, 50))]
