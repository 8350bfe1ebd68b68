"""Every metric of the semantic layer is what the marts say, or what straight SQL over the facts does."""

import datetime
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from redshift_connector.core import Connection
from tests.redshift_local.sessions import ROLE
from tests.redshift_servers import running_server
from tests.warehouse.building import Warehouse
from tests.warehouse.metrics import Metrics


@dataclass(frozen=True)
class Question:
    """What a user asks, and the query without MetricFlow that has the same rows under the same names."""

    claim: str
    metrics: tuple[str, ...]
    by: tuple[str, ...]
    expected: str
    where: tuple[str, ...] = ()


DRILLED_ACROSS = (
    "net_sales",
    "gross_margin",
    "sold_lines",
    "sold_units",
    "returned_lines",
    "returned_units",
    "refunds",
)
AS_IN_SALES_DAILY = """
    sum(net_sales_amount) as net_sales, sum(margin_amount) as gross_margin,
    sum(sold_line_count) as sold_lines, sum(sold_quantity) as sold_units,
    sum(returned_line_count) as returned_lines, sum(returned_quantity) as returned_units,
    sum(refund_amount) as refunds
"""
CATEGORY = "product_version__category__level_1_name"

QUESTIONS = (
    Question(
        "orders by day and channel are those of the lines and the statuses",
        (
            "revenue",
            "orders",
            "placed_orders",
            "cancelled_orders",
            "unconverted_orders",
            "ordered_units",
            "average_order_value",
            "items_per_order",
            "cancellation_rate",
        ),
        ("metric_time__day", "channel__channel_code"),
        """
        with lines as (
            select order_id, sum(net_excluding_tax_amount_reporting) as net_sales, sum(quantity) as units
            from gold.fct_order_items group by order_id
        ),
        orders as (
            select heads.order_date, heads.channel_code, statuses.is_cancelled,
                lines.order_id is not null and lines.net_sales is null as is_unconverted,
                case when not statuses.is_cancelled then lines.net_sales end as revenue,
                case when not statuses.is_cancelled then lines.units end as units
            from gold.mart_order_summary as heads
            inner join reference.order_statuses as statuses using (order_status)
            left join lines using (order_id)
        )
        select order_date as metric_time__day, channel_code as channel__channel_code,
            coalesce(sum(revenue), 0) as revenue,
            count(*) filter (not is_cancelled) as orders,
            count(*) as placed_orders,
            count(*) filter (is_cancelled) as cancelled_orders,
            count(*) filter (is_unconverted and not is_cancelled) as unconverted_orders,
            coalesce(sum(units), 0) as ordered_units,
            coalesce(sum(revenue), 0) / nullif(count(*) filter (not is_cancelled), 0) as average_order_value,
            coalesce(sum(units), 0) / nullif(count(*) filter (not is_cancelled), 0) as items_per_order,
            count(*) filter (is_cancelled) / count(*) as cancellation_rate
        from orders group by all
        """,
    ),
    Question(
        "average order value by customer is that of mart_customer_360 before it is rounded",
        ("average_order_value",),
        ("customer",),
        """
        select customer_durable_key as customer,
            revenue_amount / nullif(order_count, 0) as average_order_value
        from gold.mart_customer_360 where order_count + cancelled_order_count > 0
        """,
        where=("{{ Entity('customer') }} >= 0",),
    ),
    Question(
        "buyers by month and segment are customers, and guests one per order",
        ("buyers",),
        ("metric_time__month", "customer__segment"),
        """
        select date_trunc('month', orders.order_date) as metric_time__month,
            customers.segment as customer__segment,
            count(distinct case when customer_durable_key < 0 then order_id end)
            + count(distinct case when customer_durable_key >= 0 then customer_durable_key end) as buyers
        from gold.mart_order_summary as orders
        inner join (from gold.dim_customer where is_current) as customers using (customer_durable_key)
        where not orders.is_cancelled
        group by all
        """,
        where=("not {{ Dimension('order__is_cancelled') }}",),
    ),
    Question(
        "sales and returns drilled across by four dimensions are sales_daily",
        DRILLED_ACROSS,
        ("metric_time__day", "channel", "geography__country_code", CATEGORY),
        f"""
        select business_date as metric_time__day, channel_key as channel,
            nullif(country_code, 'ZZ') as geography__country_code,
            category_level_1_name as {CATEGORY}, {AS_IN_SALES_DAILY}
        from gold.sales_daily group by all
        """,
    ),
    Question(
        "retail weeks are those of sales_weekly",
        DRILLED_ACROSS,
        ("metric_time__retail_week", "channel"),
        f"""
        select week_start_date as metric_time__retail_week, channel_key as channel, {AS_IN_SALES_DAILY}
        from gold.sales_weekly where retail_week_key > 0 group by all
        """,
        where=("{{ TimeDimension('metric_time', 'day') }} is not null",),
    ),
    Question(
        "calendar months are those of sales_monthly",
        DRILLED_ACROSS,
        ("metric_time__month", "geography__market_region"),
        f"""
        select month_start_date as metric_time__month, nullif(market_region, 'Unknown')
                as geography__market_region, {AS_IN_SALES_DAILY}
        from gold.sales_monthly where month_key > 0 group by all
        """,
        where=("{{ TimeDimension('metric_time', 'day') }} is not null",),
    ),
    Question(
        "the margin rate by brand leaves out lines without a cost",
        ("gross_margin_rate", "costed_net_sales"),
        ("product_version__brand",),
        """
        select products.brand as product_version__brand,
            coalesce(sum(net_excluding_tax_amount_reporting) filter (cost_amount_reporting is not null), 0)
                as costed_net_sales,
            sum(net_excluding_tax_amount_reporting - cost_amount_reporting) / nullif(costed_net_sales, 0)
                as gross_margin_rate
        from gold.fct_order_items inner join gold.dim_product as products using (product_key)
        group by all
        """,
    ),
    Question(
        "the return rate by product is that of mart_product_performance",
        ("return_rate",),
        ("product", "product__product_name"),
        """
        select product_durable_key as product, product_name as product__product_name, return_rate
        from gold.mart_product_performance
        """,
        where=("{{ Entity('product') }} >= 0",),
    ),
    Question(
        "net revenue by customer is the lifetime value of mart_customer_360",
        ("net_revenue",),
        ("customer",),
        """
        select customer_durable_key as customer, lifetime_value_amount as net_revenue
        from gold.mart_customer_360 where order_count + cancelled_order_count + returned_quantity > 0
        """,
        where=("{{ Entity('customer') }} >= 0",),
    ),
    Question(
        "revenue over time adds up the days",
        ("revenue_month_to_date", "revenue_last_28_days"),
        ("metric_time__day",),
        """
        with days as (
            select date_day, first_day_of_month, sum(revenue_amount) as revenue
            from gold.dim_date left join gold.mart_order_summary on date_day = order_date
            where date_day is not null group by all
        )
        select date_day as metric_time__day,
            sum(revenue) over (partition by first_day_of_month order by date_day) as revenue_month_to_date,
            sum(revenue) over (order by date_day range interval 27 days preceding) as revenue_last_28_days
        from days
        qualify revenue_month_to_date is not null or revenue_last_28_days is not null
        """,
    ),
    Question(
        "customers by segment are the current versions",
        ("customers",),
        ("customer__segment", "customer__is_deleted"),
        """
        select segment as customer__segment, is_deleted as customer__is_deleted, count(*) as customers
        from gold.dim_customer where is_current and customer_durable_key >= 0 group by all
        """,
        where=("{{ Entity('customer') }} >= 0",),
    ),
    Question(
        "what customers are worth, by the country they live in, is what they ordered less what came back",
        (
            "ordering_customers",
            "repeat_customers",
            "churned_customers",
            "total_lifetime_value",
            "ordering_lifetime_value",
            "lifetime_value",
            "repeat_rate",
            "churn_rate",
        ),
        ("customer__country_code",),
        """
        with ordered as (
            select customer_durable_key, count(*) filter (not is_cancelled) as orders,
                sum(revenue_amount) as revenue, max(order_date) filter (not is_cancelled) as last_date
            from gold.mart_order_summary group by all
        ),
        returned as (
            select customer_durable_key, sum(refund_excluding_tax_amount_reporting) as refunds
            from gold.fct_returns group by all
        ),
        people as (
            select country_code, coalesce(orders, 0) as orders,
                coalesce(revenue, 0) - coalesce(refunds, 0) as worth,
                coalesce(
                    (select run_date from gold.dim_run_date) - last_date
                    > (select threshold_value from reference.mart_thresholds
                        where threshold_name = 'churned_after_days'),
                    false
                ) as is_lost
            from gold.dim_customer
            left join ordered using (customer_durable_key)
            left join returned using (customer_durable_key)
            where is_current and customer_durable_key >= 0
        )
        select country_code as customer__country_code,
            count(*) filter (orders > 0) as ordering_customers,
            count(*) filter (orders > 1) as repeat_customers,
            count(*) filter (is_lost) as churned_customers,
            sum(worth) as total_lifetime_value,
            coalesce(sum(worth) filter (orders > 0), 0) as ordering_lifetime_value,
            coalesce(sum(worth) filter (orders > 0), 0) / nullif(ordering_customers, 0) as lifetime_value,
            repeat_customers / nullif(ordering_customers, 0) as repeat_rate,
            churned_customers / nullif(ordering_customers, 0) as churn_rate
        from people group by all
        """,
    ),
    Question(
        "the funnel by day and device is that of mart_funnel_daily and mart_abandoned_carts",
        (
            "sessions",
            "sessions_with_product_view",
            "sessions_with_cart",
            "sessions_with_checkout",
            "sessions_with_purchase",
            "sessions_with_abandoned_cart",
            "conversion_rate",
            "cart_rate",
            "cart_abandonment_rate",
        ),
        ("metric_time__day", "device__device_category"),
        """
        with funnel as (
            select session_date, device_category, sum(session_count) as sessions,
                sum(view_session_count) as sessions_with_product_view,
                sum(cart_session_count) as sessions_with_cart,
                sum(checkout_session_count) as sessions_with_checkout,
                sum(purchase_session_count) as sessions_with_purchase
            from gold.mart_funnel_daily group by all
        ),
        carts as (
            select session_date, device_category, count(*) as left_behind
            from gold.mart_abandoned_carts inner join gold.dim_device using (device_key) group by all
        )
        select session_date as metric_time__day, device_category as device__device_category,
            funnel.* exclude (session_date, device_category),
            coalesce(left_behind, 0) as sessions_with_abandoned_cart,
            sessions_with_purchase / sessions as conversion_rate,
            sessions_with_cart / sessions as cart_rate,
            sessions_with_abandoned_cart / nullif(sessions_with_cart, 0) as cart_abandonment_rate
        from funnel full outer join carts using (session_date, device_category)
        """,
    ),
    Question(
        "visitors and sessions of one event, by day and device, are those of the events",
        ("visitors", "bounced_sessions", "bounce_rate"),
        ("metric_time__day", "device__device_category"),
        """
        with seen as (
            select session_key, visitor_id, min_by(event_date, event_number) as day, device_category,
                count(*) as events
            from gold.fct_page_events inner join gold.dim_device using (device_key) group by all
        )
        select day as metric_time__day, device_category as device__device_category,
            count(distinct visitor_id) as visitors,
            count(*) filter (events = 1) as bounced_sessions,
            bounced_sessions / count(*) as bounce_rate
        from seen group by all
        """,
    ),
    Question(
        "campaigns cost what the platforms say, by kind of marketing and day",
        ("ad_spend", "impressions", "clicks", "click_through_rate", "cost_per_click"),
        ("metric_time__day", "campaign__marketing_channel"),
        """
        select spend_date as metric_time__day, marketing_channel as campaign__marketing_channel,
            coalesce(sum(spend_amount_reporting), 0) as ad_spend, sum(impressions) as impressions,
            sum(clicks) as clicks, sum(clicks) / nullif(sum(impressions), 0) as click_through_rate,
            coalesce(sum(spend_amount_reporting), 0) / nullif(sum(clicks), 0) as cost_per_click
        from gold.fct_ad_spend_daily left join gold.dim_campaign using (campaign_id) group by all
        """,
    ),
    Question(
        "what campaigns earn under each model is that of mart_campaign_return",
        (
            "first_touch_revenue",
            "last_touch_revenue",
            "linear_touch_revenue",
            "time_decay_touch_revenue",
            "campaign_return_on_ad_spend",
        ),
        ("metric_time__week", "campaign"),
        """
        select date_trunc('week', days.date_day) as metric_time__week, campaign_key as campaign,
            sum(first_revenue_amount) as first_touch_revenue, sum(last_revenue_amount) as last_touch_revenue,
            sum(linear_revenue_amount) as linear_touch_revenue,
            sum(time_decay_revenue_amount) as time_decay_touch_revenue,
            sum(linear_revenue_amount) / nullif(sum(spend_amount_reporting), 0)
                as campaign_return_on_ad_spend
        from gold.mart_campaign_return inner join gold.dim_date as days using (date_key)
        where campaign_key >= 0 group by all
        """,
        where=("{{ Entity('campaign') }} >= 0",),
    ),
    Question(
        "the return on ad spend is revenue of the online channels by cost",
        ("return_on_ad_spend",),
        (),
        """
        select (
            select sum(revenue_amount) from gold.mart_order_summary
            where channel_code in (select channel_code from reference.channels where is_online)
        ) / (select sum(spend_amount_reporting) from gold.fct_ad_spend_daily) as return_on_ad_spend
        """,
    ),
    Question(
        "days without stock by product are those of mart_inventory_turnover",
        ("stock_days", "stock_out_days", "stock_out_rate"),
        ("product",),
        """
        select product_durable_key as product, place_day_count as stock_days,
            stock_out_place_day_count as stock_out_days, stock_out_days / stock_days as stock_out_rate
        from gold.mart_inventory_turnover
        """,
    ),
    Question(
        "stock on hand is that of the last day, and no sum over days",
        ("stock_on_hand",),
        ("location__location_type",),
        """
        select location_type as location__location_type, sum(closing_quantity) as stock_on_hand
        from gold.fct_inventory_daily inner join gold.dim_location using (location_key)
        where date_key = (select max(date_key) from gold.fct_inventory_daily) group by all
        """,
    ),
    Question(
        "shipments by month and carrier are counted by the day of the first report",
        ("shipments", "shipped_lines", "shipped_lines_with_exception", "shipment_exception_rate"),
        ("metric_time__month", "carrier__carrier_code"),
        """
        select date_trunc('month', shipped_date) as metric_time__month, carrier_code as carrier__carrier_code,
            count(distinct shipment_id) as shipments, count(*) as shipped_lines,
            count(exception_at) as shipped_lines_with_exception,
            count(exception_at) / count(*) as shipment_exception_rate
        from gold.fct_shipments inner join gold.dim_carrier using (carrier_key) group by all
        """,
    ),
    Question(
        "deliveries are counted by their own day, and late ones told by what was promised",
        (
            "delivered_lines",
            "promised_deliveries",
            "on_time_deliveries",
            "transit_days",
            "on_time_delivery_rate",
            "average_days_in_transit",
        ),
        ("metric_time__week",),
        """
        select date_trunc('week', delivered_date) as metric_time__week,
            count(delivered_at) as delivered_lines,
            count(delivered_date - promised_date) as promised_deliveries,
            count(*) filter (delivered_date <= promised_date) as on_time_deliveries,
            coalesce(sum(delivered_date - shipped_date), 0) as transit_days,
            on_time_deliveries / nullif(promised_deliveries, 0) as on_time_delivery_rate,
            transit_days / nullif(delivered_lines, 0) as average_days_in_transit
        from gold.fct_shipments group by all
        """,
    ),
    Question(
        "payments are the approved ones, as mart_payment_reconciliation has them",
        ("captured_payments", "paid_back", "charged_back", "chargeback_rate"),
        ("metric_time__day", "payment_method"),
        """
        select marts.payment_date as metric_time__day, marts.payment_method_key as payment_method,
            coalesce(sum(facts.amount_reporting) filter (marts.transaction_type = 'capture'), 0)
                as captured_payments,
            coalesce(sum(facts.amount_reporting) filter (marts.transaction_type = 'refund'), 0) as paid_back,
            coalesce(sum(facts.amount_reporting) filter (marts.transaction_type = 'chargeback'), 0)
                as charged_back,
            charged_back / nullif(captured_payments, 0) as chargeback_rate
        from gold.mart_payment_reconciliation as marts
        inner join gold.fct_payments as facts using (payment_id)
        where facts.transaction_status = 'approved' group by all
        """,
        where=("{{ Dimension('payment__transaction_status') }} = 'approved'",),
    ),
    Question(
        "settlements by payout are gross and fees in the reporting currency",
        ("settled_gross", "settlement_fees", "settlement_fee_rate"),
        ("settlement_line__settlement_batch_id",),
        """
        select settlement_batch_id as settlement_line__settlement_batch_id,
            coalesce(sum(gross_amount_reporting), 0) as settled_gross,
            coalesce(sum(round(fee_amount * reporting_rate, 2)), 0) as settlement_fees,
            settlement_fees / nullif(settled_gross, 0) as settlement_fee_rate
        from gold.fct_settlements group by all
        """,
    ),
    Question(
        "orders to review are those that the rules of mart_order_risk call for",
        ("assessed_orders", "orders_to_review", "review_rate"),
        ("order__source_system", "metric_time__day"),
        """
        select 'shop' as order__source_system, order_date as metric_time__day,
            count(*) as assessed_orders, count(*) filter (is_to_review) as orders_to_review,
            orders_to_review / assessed_orders as review_rate
        from gold.mart_order_risk group by all
        """,
    ),
)


@pytest.fixture(scope="module")
def metrics(built: Warehouse) -> Metrics:
    return Metrics(built.folder)


@pytest.fixture(scope="module")
def connection(built: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.database), read_only=True) as opened:
        yield opened


def comparable(value: Any) -> Any:
    """Return days as dates and numbers to six digits, however they came."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return round(Decimal(str(value)), 6)
    return value


def answers(
    connection: duckdb.DuckDBPyConnection | Connection, query: str
) -> set[tuple[tuple[str, Any], ...]]:
    """Return the rows of a query with their names, in whatever order the columns came."""
    cursor = connection.cursor()
    cursor.execute(query)
    names = [str(column[0]) for column in cursor.description or []]
    rows = cursor.fetchall()
    found = {tuple(sorted(zip(names, map(comparable, row), strict=True))) for row in rows}
    assert len(found) == len(rows), "rows repeat"
    return found


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.claim)
def test_a_metric_says_what_the_marts_say(
    question: Question, metrics: Metrics, connection: duckdb.DuckDBPyConnection
) -> None:
    found = answers(connection, metrics.sql(question.metrics, question.by, question.where))
    expected = answers(connection, question.expected)
    assert expected
    assert found == expected


def mf(warehouse: Warehouse, *arguments: str) -> str:
    """Run the command of MetricFlow as a user does and return what it prints."""
    command = [str(Path(sys.executable).with_name("mf")), *arguments]
    environment = warehouse.environment()
    done = subprocess.run(
        command, cwd=warehouse.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.full  # half a minute to import and parse; the metrics are asked without the command above
def test_the_command_finds_every_definition_valid_and_answers(built: Warehouse, tmp_path: Path) -> None:
    """In a copy, because the command opens the database to write."""
    copy = built.copy(tmp_path / "copy")
    valid = mf(copy, "validate-configs")
    for part in (
        "semantics of built manifest",
        "semantic models",
        "dimensions",
        "entities",
        "measures",
        "metrics",
    ):
        assert re.search(rf"Successfully validated (the )?{part}[^(]*\(ERRORS: 0", valid), valid
    answer = mf(copy, "query", "--metrics", "orders", "--group-by", "channel__channel_code", "--quiet")
    expected = "select count(*) from gold.mart_order_summary where channel_code = 'web' and not is_cancelled"
    assert re.search(rf"^web +{built.rows(expected)[0][0]}$", answer, re.MULTILINE), answer


def test_every_metric_is_compared_with_the_marts(metrics: Metrics) -> None:
    asked = {name for question in QUESTIONS for name in question.metrics}
    # A month of data is too short for growth over a year.
    assert metrics.names == asked | {"revenue_growth_rate"}


# ---------- by hand, over days that no landing zone of a month has


def few_orders(*orders: tuple[str, int]) -> duckdb.DuckDBPyConnection:
    """Return a warehouse with a calendar of three years and orders of (day, revenue)."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse; create schema warehouse.gold")
    connection.execute(
        "create table warehouse.gold.dim_date as"
        " select cast(day as date) as date_day"
        " from range(date '2022-01-01', date '2025-01-01', interval 1 day) as days (day)"
        " union all select null union all select null"
    )
    connection.execute(
        "create table warehouse.gold.mart_order_summary"
        " (order_date date, revenue_amount decimal(18, 2), is_cancelled boolean default false)"
    )
    for order in orders:
        connection.execute(
            "insert into warehouse.gold.mart_order_summary (order_date, revenue_amount) values (?, ?)", order
        )
    return connection


def by_day(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    """Return the figure of each day that has one."""
    rows = [(comparable(day), comparable(figure)) for day, figure in connection.execute(query).fetchall()]
    return {str(day): float(figure) for day, figure in rows if figure is not None}


def test_growth_compares_with_the_same_day_of_the_week_a_year_before(metrics: Metrics) -> None:
    """364 days before 2024-01-02 is 2023-01-03. Days without revenue, then or now, have no growth."""
    connection = few_orders(
        ("2023-01-02", 1000), ("2023-01-03", 100), ("2024-01-02", 70), ("2024-01-02", 40), ("2024-01-03", 5)
    )
    query = metrics.sql(["revenue_growth_rate"], ["metric_time__day"])
    assert by_day(connection, query) == {"2024-01-02": 0.1}


def test_months_begin_at_nothing_and_windows_end_after_28_days(metrics: Metrics) -> None:
    connection = few_orders(("2024-01-30", 10), ("2024-01-31", 1), ("2024-02-02", 5))
    to_date = by_day(connection, metrics.sql(["revenue_month_to_date"], ["metric_time__day"]))
    assert {day: to_date.get(day) for day in ("2024-01-30", "2024-01-31", "2024-02-01", "2024-02-29")} == {
        "2024-01-30": 10,
        "2024-01-31": 11,
        "2024-02-01": None,
        "2024-02-29": 5,
    }
    windows = by_day(connection, metrics.sql(["revenue_last_28_days"], ["metric_time__day"]))
    assert {day: windows.get(day) for day in ("2024-02-26", "2024-02-27", "2024-02-28", "2024-03-01")} == {
        "2024-02-26": 16,
        "2024-02-27": 6,
        "2024-02-28": 5,
        "2024-03-01": None,
    }


# ---------- on Redshift


@pytest.fixture(scope="module")
def redshift(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A local Redshift server with a copy of the tables that semantic models read."""
    manifest = json.loads((built.folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    read = {name for model in manifest["semantic_models"].values() for name in model["depends_on"]["nodes"]}
    read.add("model.duckshift.dim_date")
    with running_server(tmp_path_factory.mktemp("redshift")) as server, server.connect() as opened:
        cursor = opened.cursor()
        cursor.execute("create schema gold")
        for node in map(manifest["nodes"].get, sorted(read)):
            table = f"gold.{node['alias']}"
            columns = {name: column["data_type"] for name, column in node["columns"].items()}
            parquet = server.s3_root / "copied" / node["alias"] / "all.parquet"
            parquet.parent.mkdir(parents=True)
            built.rows(f"copy (select {', '.join(columns)} from {table}) to '{parquet}' (format parquet)")
            typed = ", ".join(f"{name} {data_type}" for name, data_type in columns.items())
            cursor.execute(f"create table {table} ({typed})")
            cursor.execute(f"copy {table} from 's3://copied/{node['alias']}/' {ROLE} format as parquet")
        yield opened


@pytest.fixture(scope="module")
def metrics_for_redshift(built: Warehouse) -> Metrics:
    return Metrics(built.folder, adapter="redshift")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.claim)
def test_a_metric_says_the_same_on_redshift(
    question: Question,
    metrics: Metrics,
    metrics_for_redshift: Metrics,
    connection: duckdb.DuckDBPyConnection,
    redshift: Connection,
) -> None:
    found = answers(redshift, metrics_for_redshift.sql(question.metrics, question.by, question.where))
    assert found == answers(connection, metrics.sql(question.metrics, question.by, question.where))


def test_growth_is_asked_of_redshift_too(metrics_for_redshift: Metrics, redshift: Connection) -> None:
    query = metrics_for_redshift.sql(["revenue_growth_rate"], ["metric_time__day"])
    found = {dict(row)["revenue_growth_rate"] for row in answers(redshift, query)}
    assert found == {None}, "the landing zone has one month"
