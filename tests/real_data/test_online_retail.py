"""UCI Online Retail in the warehouse: a year of invoices, to the line and to the penny.

Buys that nothing is lost, doubled or misjudged on data that nobody here wrote. Figures that stand here as
numbers are those of the data set's README; all else that is expected is SQL over the raw files.
"""

from decimal import Decimal

import duckdb
import pytest
from tests.real_data.querying import assert_same_rows, one

pytestmark = pytest.mark.real_data

# Every line of both facts, with amounts that are positive when goods go out.
FACTS = """
    select
        order_id as invoice,
        line_type,
        product_durable_key,
        line_description,
        customer_key,
        quantity,
        unit_price,
        net_amount,
        order_date as business_date
    from warehouse.gold.fct_order_items
    union all
    select
        return_id,
        line_type,
        product_durable_key,
        line_description,
        customer_key,
        -quantity,
        unit_price,
        -refund_amount,
        return_date
    from warehouse.gold.fct_returns
"""

# What a line is, by its invoice, its code, its sign and its price (header of the adapter).
LINE_TYPE = """
    case
        when is_credit_note then case
            when stock_code in ('POST', 'DOT', 'C2', 'BANK CHARGES', 'AMAZONFEE', 'CRUK') then 'fee'
            when stock_code in ('M', 'm', 'D', 'S') then 'adjustment'
            else 'return'
        end
        when invoice like 'A%' then 'bad_debt'
        when quantity < 0 then 'adjustment'
        when unit_price = 0 then 'free'
        when stock_code in ('POST', 'DOT', 'C2', 'BANK CHARGES', 'AMAZONFEE', 'CRUK') then 'fee'
        when stock_code in ('M', 'm', 'D', 'S') then 'adjustment'
        else 'sale'
    end
"""

# Goods and vouchers without a product code: the only lines without a product that are sales.
UNCODED_GOODS = "PADS|gift_0001_[1-5]0|DCGS.*"

# A business day is that of the market. Only where the clock is far ahead of London is it another one.
BUSINESS_DATE = """
    cast(
        timezone(
            case country
                when 'Australia' then 'Australia/Sydney'
                when 'Japan' then 'Asia/Tokyo'
                when 'Singapore' then 'Asia/Singapore'
                when 'Hong Kong' then 'Asia/Hong_Kong'
                else 'Europe/London'
            end,
            timezone('Europe/London', invoiced_at)
        ) as date
    )
"""


def test_every_record_is_accounted_for(retail: duckdb.DuckDBPyConnection) -> None:
    accounts = retail.execute(
        """
        select
            entity_name,
            landed_record_count,
            loaded_record_count,
            rejected_record_count + duplicate_record_count + superseded_record_count
        from warehouse.ops.ops_record_accounting
        """
    ).fetchall()
    assert [account for account in accounts if account[3]] == []
    assert [account for account in accounts if account[1] != account[2]] == []
    landed = {account[0]: account[1] for account in accounts}
    credited = one(retail, "select count(*) from raw.lines where is_credit_note")
    assert landed["return_items"] == credited == 9_288
    assert landed["order_items"] + landed["return_items"] == 541_909


def test_every_line_is_a_fact_with_its_values(retail: duckdb.DuckDBPyConnection) -> None:
    lines = assert_same_rows(
        retail,
        f"select invoice, quantity, unit_price, net_amount from ({FACTS})",
        "select invoice, quantity, unit_price, net_amount from raw.lines",
    )
    assert lines == 541_909


def test_net_value_to_the_penny(retail: duckdb.DuckDBPyConnection) -> None:
    assert one(retail, f"select sum(net_amount) from ({FACTS})") == Decimal("9747747.93")
    assert one(retail, "select sum(net_amount) from raw.lines") == Decimal("9747747.93")


def test_invoices(retail: duckdb.DuckDBPyConnection) -> None:
    invoices = assert_same_rows(
        retail, f"select distinct invoice from ({FACTS})", "select distinct invoice from raw.lines"
    )
    assert invoices == 25_900


def test_lines_without_customer_belong_to_the_unknown_member(retail: duckdb.DuckDBPyConnection) -> None:
    anonymous = assert_same_rows(
        retail,
        f"select invoice, quantity from ({FACTS}) where customer_key = -1",
        "select invoice, quantity from raw.lines where customer_id is null",
    )
    assert anonymous == 135_080


def test_customers_and_the_countries_they_were_in(retail: duckdb.DuckDBPyConnection) -> None:
    versions = """
        select customer_id, country_name, valid_from, valid_to
        from warehouse.gold.dim_customer
        left join warehouse.reference.countries using (country_code)
        where customer_id is not null
    """
    customers = assert_same_rows(
        retail,
        f"select distinct customer_id from ({versions})",
        "select distinct customer_id from raw.lines where customer_id is not null",
    )
    assert customers == 4_372
    # One country after the other, as invoices say; six of the eight went back, one of them twice.
    stays = """
        with invoices as (
            select
                customer_id,
                country,
                invoiced_at,
                lag(country) over (partition by customer_id order by invoiced_at) as previous_country
            from (select distinct customer_id, country, invoiced_at from raw.lines)
            where customer_id in (
                select customer_id from raw.lines group by customer_id having count(distinct country) > 1
            )
        ),

        stays as (
            select
                customer_id,
                country,
                case when previous_country is null then timestamp '1900-01-01'
                    else timezone('Europe/London', invoiced_at) end as arrived_at
            from invoices
            where previous_country is distinct from country
        )

        select
            customer_id,
            country,
            arrived_at,
            lead(arrived_at, 1, timestamp '9999-12-31') over (partition by customer_id order by arrived_at)
        from stays
    """
    several = "group by customer_id having count(*) > 1"
    assert_same_rows(
        retail,
        f"from ({versions}) where customer_id in (select customer_id from ({versions}) {several})",
        stays,
    )
    assert one(retail, f"select count(distinct customer_id) from ({stays})") == 8


def test_versions_of_a_customer_leave_no_gap(retail: duckdb.DuckDBPyConnection) -> None:
    ends = """
        select
            valid_to,
            is_current,
            lead(valid_from) over (partition by customer_id order by valid_from) as next_from
        from warehouse.gold.dim_customer
        where customer_id is not null
    """
    expected_end = "coalesce(next_from, timestamp '9999-12-31')"
    broken = f"valid_to != {expected_end} or is_current != (next_from is null)"
    assert one(retail, f"select count(*) from ({ends}) where {broken}") == 0
    firsts = "select min(valid_from) as first_from from warehouse.gold.dim_customer group by customer_id"
    assert one(retail, f"select count(*) from ({firsts}) where first_from != timestamp '1900-01-01'") == 0


def test_facts_meet_the_country_of_their_time(retail: duckdb.DuckDBPyConnection) -> None:
    moved = "select customer_id from raw.lines group by customer_id having count(distinct country) > 1"
    lines = assert_same_rows(
        retail,
        f"""
        select invoice, customer_id, country_name, count(*)
        from ({FACTS}) as facts
        inner join warehouse.gold.dim_customer using (customer_key)
        inner join warehouse.reference.countries using (country_code)
        where customer_id in ({moved})
        group by all
        """,
        f"""
        select invoice, customer_id, country, count(*)
        from raw.lines
        where customer_id in ({moved})
        group by all
        """,
    )
    assert lines > 50


def test_products_are_told_apart_by_code_in_any_case(retail: duckdb.DuckDBPyConnection) -> None:
    products = assert_same_rows(
        retail,
        "select product_id from warehouse.gold.dim_product where product_id is not null",
        "select distinct product from raw.lines where is_product",
    )
    codes = one(retail, "select count(distinct stock_code) from raw.lines")
    others = one(retail, "select count(distinct product) from raw.lines where not is_product")
    assert codes == 4_070
    assert products == codes - others - 112  # 112 codes differ from another only in case


def test_every_line_that_is_no_product_is_classified(retail: duckdb.DuckDBPyConnection) -> None:
    without_product = f"""
        select split_part(line_description, ':', 1) as code, line_type, quantity, net_amount
        from ({FACTS})
        where product_durable_key = -2
    """
    lines = assert_same_rows(
        retail,
        without_product,
        f"select product, {LINE_TYPE}, quantity, net_amount from raw.lines where not is_product",
    )
    assert lines == 2_995
    goods = f"regexp_full_match(code, '{UNCODED_GOODS}', 'i')"
    sold = f"select count(*) from ({without_product}) where line_type in ('sale', 'return')"
    assert one(retail, f"{sold} and not {goods}") == 0
    assert one(retail, f"{sold} and {goods}") == 67


def test_bad_debts(retail: duckdb.DuckDBPyConnection) -> None:
    bad_debts = assert_same_rows(
        retail,
        f"select invoice, net_amount from ({FACTS}) where line_type = 'bad_debt'",
        "select invoice, net_amount from raw.lines where invoice like 'A%'",
    )
    assert bad_debts == 3


def test_net_of_every_line_type_and_month(retail: duckdb.DuckDBPyConnection) -> None:
    groups = assert_same_rows(
        retail,
        f"""
        select
            date_trunc('month', business_date),
            starts_with(invoice, 'C'),
            line_type,
            count(*),
            sum(net_amount)
        from ({FACTS})
        group by all
        """,
        f"""
        select date_trunc('month', invoiced_at), is_credit_note, {LINE_TYPE}, count(*), sum(net_amount)
        from raw.lines
        group by all
        """,
    )
    assert one(retail, "select count(distinct date_trunc('month', invoiced_at)) from raw.lines") == 13
    assert groups > 6 * 13  # of eight kinds, bad debts are in one month only


def test_order_summary_sums_to_the_invoices(retail: duckdb.DuckDBPyConnection) -> None:
    orders = assert_same_rows(
        retail,
        """
        select order_id, line_count, quantity, net_amount, net_amount_reporting, payment_state
        from warehouse.gold.mart_order_summary
        """,
        """
        select invoice, count(*), sum(quantity), sum(net_amount), sum(net_amount), 'not_captured'
        from raw.lines
        where not is_credit_note
        group by invoice
        """,
    )
    assert orders == 25_900 - one(
        retail, "select count(distinct invoice) from raw.lines where is_credit_note"
    )


def test_sales_of_every_business_day(retail: duckdb.DuckDBPyConnection) -> None:
    daily = """
        select
            business_date,
            sum(sold_line_count) as sold,
            sum(sold_quantity) as sold_quantity,
            sum(returned_line_count) as returned,
            sum(returned_quantity) as returned_quantity,
            sum(net_sales_amount) as net_sales,
            sum(refund_amount) as refunds,
            sum(unconverted_line_count) as unconverted
        from warehouse.gold.sales_daily
        group by business_date
    """
    days = f"""
        select
            {BUSINESS_DATE} as business_date,
            count(*) filter (not is_credit_note),
            coalesce(sum(quantity) filter (not is_credit_note), 0),
            count(*) filter (is_credit_note),
            coalesce(-sum(quantity) filter (is_credit_note), 0),
            coalesce(sum(net_amount) filter (not is_credit_note), 0),
            coalesce(-sum(net_amount) filter (is_credit_note), 0),
            0
        from raw.lines
        group by business_date
    """
    assert_same_rows(retail, daily, days)
    assert one(retail, f"select sum(net_sales - refunds) from ({daily})") == Decimal("9747747.93")
