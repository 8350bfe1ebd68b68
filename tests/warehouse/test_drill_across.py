"""The queries of docs/drill-across.md, as they stand there: no join multiplies or loses what it sums."""

import re
from decimal import Decimal

import pytest
from tests.warehouse.building import ROOT, Warehouse

PAGE = ROOT / "docs" / "drill-across.md"
BLOCK = re.compile(r"^```sql( wrong)?\n-- ([^\n]*)\n(.*?);\n```$", re.MULTILINE | re.DOTALL)
KNOWN = "order_id in (select order_id from gold.mart_order_summary)"
REPORTED = "select order_id from gold.fct_page_events where event_name = 'purchase'"

# What each summed column must come to: the sum over its fact alone.
EXPECTED = {
    "net_sales_amount": "select sum(net_excluding_tax_amount_reporting) from gold.fct_order_items",
    "sold_quantity": "select sum(quantity) from gold.fct_order_items",
    "payment_count": (
        f"select count(*) from gold.fct_payments where transaction_status = 'approved' and {KNOWN}"
    ),
    "captured_amount": (
        "select sum(amount) from gold.fct_payments"
        f" where transaction_status = 'approved' and transaction_type = 'capture' and {KNOWN}"
    ),
    "settled_amount": f"select sum(gross_amount) from gold.fct_settlements where {KNOWN}",
    "shipped_quantity": (
        "select sum(quantity) from gold.fct_shipments"
        " where order_item_id in (select order_item_id from gold.fct_order_items)"
    ),
    "promotion_discount_amount": "select sum(discount_amount) from gold.bridge_order_item_promotions",
    "refund_amount": "select sum(refund_excluding_tax_amount_reporting) from gold.fct_returns",
    "credited_revenue_amount": (
        f"select sum(revenue_amount) from gold.mart_order_summary where order_id in ({REPORTED})"
    ),
}
# Columns that are no sums.
ATTRIBUTES = {
    "campaign_name", "channel_name", "currency_code", "last_shipped_date", "level_1_name", "payment_state",
    "payment_method_key", "product_durable_key", "promotion_name", "traffic_medium",
}  # fmt: skip


def queries(is_wrong: bool) -> dict[str, str]:
    """Return the queries of the page that are right, or those that are not, by their first line."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    return {title: query for mark, title, query in blocks if bool(mark) is is_wrong}


def sums(warehouse: Warehouse, query: str) -> dict[str, Decimal]:
    """Return the sum of each column of a query that is no attribute."""
    described = warehouse.rows(f"describe ({query})")
    columns = [row[0] for row in described if row[0] not in ATTRIBUTES]
    (row,) = warehouse.rows(f"select {', '.join(f'sum({name})' for name in columns)} from ({query})")
    return dict(zip(columns, row, strict=True))


def test_every_block_of_the_page_is_a_query_that_is_run() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(queries(is_wrong=False)) + len(queries(is_wrong=True)) == text.count("```sql") >= 8


@pytest.mark.parametrize("title", queries(is_wrong=False))
def test_a_documented_join_leaves_every_sum_as_it_is_in_its_fact(title: str, built: Warehouse) -> None:
    found = sums(built, queries(is_wrong=False)[title])
    expected = {name: built.rows(EXPECTED[name])[0][0] for name in found}
    assert found
    assert all(expected.values())
    assert found == expected


@pytest.mark.parametrize("title", queries(is_wrong=True))
def test_the_join_that_the_page_warns_of_does_change_the_sums(title: str, built: Warehouse) -> None:
    found = sums(built, queries(is_wrong=True)[title])
    assert found
    assert all(amount != built.rows(EXPECTED[name])[0][0] for name, amount in found.items())
