"""Every singular dbt test finds the fault that it is there for, on a warehouse in which it has been made."""

import shutil
from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest
from tests.warehouse.building import ROOT, Warehouse

DBT_TESTS = ROOT / "tests" / "dbt"


def altered(table: str, assignment: str, where: str = "true") -> str:
    """Return the statement that alters one row."""
    return f"update {table} set {assignment} where rowid = (select min(rowid) from {table} where {where})"


def lost(table: str, where: str = "true") -> str:
    """Return the statement that deletes one row."""
    return f"delete from {table} where rowid = (select min(rowid) from {table} where {where})"


def doubled(table: str, where: str = "true", changes: str = "") -> str:
    """Return the statement that inserts a row again, perhaps with changes: `value as column`."""
    columns = f"* replace ({changes})" if changes else "*"
    row = f"rowid = (select min(rowid) from {table} where {where})"
    return f"insert into {table} select {columns} from {table} where {row}"


# By singular test: changes of single rows, each of which it has to find alone.
FAULTS: dict[str, tuple[str, ...]] = {
    # ---------- guards
    "assert_allocations_stay_exact": (
        altered(
            "silver.int_orders__unite_orders",
            "shipping_amount = 9e14",
            "order_id = (select max(order_id) from silver.int_orders__unite_lines"
            " where line_type = 'sale' and gross_amount - discount_amount > 200)",
        ),
    ),
    "assert_category_tree_has_at_most_five_levels": (
        "update silver.stg_shop__categories set parent_category_id = category_id",
    ),
    "assert_records_have_one_outcome": (
        altered("bronze.bronze_shop__orders", "_status = null"),
        altered("bronze.bronze_shop__orders", "_status = 'rejected'", "_status = 'loaded'"),
        altered("bronze.bronze_shop__orders", "_reason = 'odd'", "_status = 'loaded'"),
        altered("bronze.bronze_shop__orders", "_raw = '{}'", "_status = 'loaded'"),
        altered("bronze.bronze_crm__contacts", "_file = null"),
        altered("bronze.bronze_web__events", "_run_id = null"),
    ),
    "assert_shares_sum_to_the_order": (
        altered(
            "silver.int_orders__allocate_order_amounts",
            "order_discount_amount = order_discount_amount + 0.01",
            "source_system = 'shop'",
        ),
        altered(
            "silver.int_orders__allocate_order_amounts",
            "order_shipping_amount = order_shipping_amount + 0.01",
            "source_system = 'shop'",
        ),
    ),
    "warn_of_conflicting_changes": (
        doubled("bronze.bronze_shop__orders", "_status = 'loaded'", "'odd' as order_status"),
        doubled("bronze.bronze_shop__categories", "_status = 'loaded'", "'odd' as category_name"),
    ),
    "warn_of_facts_outside_dim_date": (
        altered("silver.int_orders__unite_orders", "order_date = '1900-01-01'"),
        altered("silver.int_returns__unite_lines", "return_date = '1900-01-01'"),
        altered("silver.stg_payments__transactions", "payment_at = '1900-01-01'"),
        altered("silver.int_orders__track_status_history", "reached_at = '1900-01-01'"),
        altered("silver.stg_payments__settlements", "payout_date = '2200-01-01'"),
        altered("silver.stg_marketing__ad_spend", "spend_date = '2200-01-01'"),
        altered("silver.stg_shipping__events", "event_at = '2200-01-01'"),
        altered("gold.fct_interactions", "occurred_date = '2200-01-01'"),
        altered("gold.fct_page_events", "event_date = '2200-01-01'"),
        altered("silver.int_stock__apply_openings", "counted_at = '2200-01-01'"),
        altered("silver.int_stock__apply_movements", "moved_at = '2200-01-01'"),
    ),
    "warn_of_rates_that_convert_nothing": (altered("silver.stg_fx__rates", "rate = 0"),),
    "warn_of_unknown_time_zones": (altered("silver.stg_shop__stores", "time_zone = 'Mars/Olympus'"),),
    # ---------- ops
    "assert_every_entity_has_a_schedule": (
        lost("reference.delivery_schedules"),
        doubled("reference.delivery_schedules", changes="'odd' as entity_name"),
    ),
    "assert_every_file_is_accounted_for": (
        lost("ops.landed_objects", "state = 'ready'"),
        doubled("bronze.bronze_shop__orders", "_status = 'file'", "'odd/file.parquet' as _file"),
    ),
    "assert_every_record_is_accounted_for": (
        lost("silver.stg_web__events"),
        lost("bronze.bronze_pos__sales", "_status = 'rejected'"),
        doubled("silver.stg_shop__orders"),
    ),
    "assert_no_file_breaks_the_contract": (
        altered("ops.landed_objects", "state = 'changed'"),
        altered("ops.landed_objects", "state = 'contract_break'", "state = 'unreadable'"),
    ),
    "assert_store_deliveries_equal_their_base": (
        altered("ops.ops_store_deliveries", "loaded_line_count = loaded_line_count + 1"),
        altered("ops.ops_store_deliveries", "rejected_line_count = rejected_line_count + 1"),
        lost("ops.ops_store_deliveries"),
        lost("bronze.bronze_pos__sales", "_status = 'loaded'"),
    ),
    "warn_of_additional_columns": (
        altered("bronze.bronze_crm__contacts", """_extra = '{"odd": 1}'""", "_status = 'loaded'"),
    ),
    "warn_of_rejected_records": (
        altered(
            "bronze.bronze_shop__orders",
            "_status = 'rejected', _reason = 'odd', _raw = '{}'",
            "_status = 'loaded'",
        ),
    ),
    "warn_of_unreadable_files": (
        doubled("ops.landed_objects", "state = 'unreadable'", "'odd/file.json' as file, 'unknown' as state"),
    ),
    # ---------- vault
    "assert_tokens_hide_their_values": (
        altered("gold.dim_customer", "email_token = 'somebody@example.com'"),
        altered("gold.dim_customer", "phone_token = upper(phone_token)", "phone_token is not null"),
        altered("gold.dim_customer", "address_token = ''"),
        altered(
            "vault.vault_customers",
            "email = (select max(email) from vault.vault_customers)",
            "email != (select max(email) from vault.vault_customers)",
        ),
    ),
    # ---------- core
    "assert_daily_stock_adds_up": (
        altered("gold.fct_inventory_daily", "opening_quantity = opening_quantity + 1"),
        altered("gold.fct_inventory_daily", "quantity_change = quantity_change + 1"),
        altered("gold.fct_inventory_daily", "closing_quantity = closing_quantity + 1"),
        lost("gold.fct_inventory_daily"),
        lost("silver.int_stock__apply_openings"),
    ),
    "assert_joins_keep_every_line": (
        lost("gold.dim_currency", "currency_key in (select currency_key from gold.fct_order_items)"),
        doubled("gold.dim_store", "store_key in (select store_key from gold.fct_returns)"),
        altered(
            "gold.dim_product",
            "is_current = false",
            "is_current and product_durable_key in (select product_durable_key from gold.fct_returns)",
        ),
    ),
    "assert_line_amounts_add_up": (
        altered("gold.fct_order_items", "net_amount = net_amount + 0.01"),
        altered("gold.fct_order_items", "tax_amount = tax_amount + 0.01", "is_tax_included"),
        altered(
            "gold.fct_order_items",
            "net_excluding_tax_amount = net_excluding_tax_amount + 0.01",
            "not is_tax_included",
        ),
        altered("gold.fct_order_items", "total_amount = total_amount + 0.01"),
        altered("gold.fct_order_items", "margin_amount = margin_amount + 0.01", "cost_amount is not null"),
        altered("gold.fct_order_items", "margin_amount = null", "cost_amount is not null"),
    ),
    "assert_members_are_there": (
        lost("gold.dim_campaign", "campaign_key = -1"),
        lost("gold.dim_time_of_day", "time_of_day_key = -2"),
    ),
    "assert_milestone_violations_are_flagged": (
        altered("gold.fct_order_lifecycle", "has_milestone_violation = false", "has_milestone_violation"),
        *(
            altered("gold.fct_order_lifecycle", f"{lag} = -1", "not has_milestone_violation")
            for lag in ("paid_to_shipped_seconds", "shipped_to_delivered_seconds")
        ),
    ),
    "assert_no_row_is_lost_or_doubled": (
        lost("gold.fct_order_items"),
        lost("gold.fct_order_lifecycle"),
        doubled("gold.fct_returns", "source_system = 'pos'"),
        lost("gold.fct_payments"),
        doubled("gold.fct_settlements"),
        lost("gold.fct_ad_spend_daily"),
        doubled("gold.fct_shipments"),
        doubled("gold.bridge_order_item_promotions"),
    ),
    "assert_order_amounts_are_spread_to_the_cent": (
        altered(
            "gold.fct_order_items",
            "order_discount_amount = order_discount_amount + 0.01",
            "source_system = 'shop' and is_order_known",
        ),
        altered(
            "gold.fct_order_items",
            "shipping_amount = shipping_amount + 0.01",
            "source_system = 'shop' and is_order_known",
        ),
    ),
    "assert_persons_hold_together": (
        altered(
            "gold.bridge_customer_records",
            "master_customer_id = 'odd'",
            "record_id in (select record_id from silver.int_identity__score_pairs"
            " where match_rule is not null)",
        ),
        altered(
            "gold.bridge_customer_records",
            "master_customer_id = 'odd'",
            "record_count = 1 and source_system = 'crm'",
        ),
        lost("gold.bridge_customer_records", "record_count = 1 and source_system = 'crm'"),
        altered("gold.dim_customer", "master_customer_id = 'odd'", "customer_key > 0"),
    ),
    "assert_places_do_not_collide": (lost("gold.dim_geography", "geography_key > 0"),),
    "assert_prices_are_those_of_catalogue_and_offers": (
        altered("gold.fct_product_price", "list_price = list_price + 1"),
        altered("gold.fct_product_price", "unit_cost = unit_cost + 1", "unit_cost is not null"),
        lost("gold.fct_product_price"),
    ),
    "assert_sessions_sum_to_their_events": (
        altered("gold.fct_sessions", "event_count = event_count + 1"),
        altered("gold.fct_sessions", "product_view_count = product_view_count + 1"),
        altered("gold.fct_sessions", "cart_addition_count = cart_addition_count + 1"),
        altered("gold.fct_sessions", "purchase_count = purchase_count + 1"),
        altered("gold.fct_sessions", "started_at = started_at - interval 1 second"),
        lost("gold.fct_sessions"),
        # Two sessions of one visitor at the same time, and two that are one.
        altered(
            "gold.fct_sessions",
            "visitor_id = (select max_by(visitor_id, started_at) from gold.fct_sessions)",
            "started_at = (select max(started_at) from gold.fct_sessions where started_at <"
            " (select max(started_at) from gold.fct_sessions))",
        ),
        altered(
            "gold.fct_page_events", "event_at = event_at - interval 31 minutes", "event_number = 1"
        ),
    ),
    "assert_stock_follows_from_movements": (
        altered("gold.fct_inventory", "quantity_on_hand = quantity_on_hand + 1", "is_current"),
        lost("gold.fct_inventory", "is_current"),
        lost("silver.int_stock__apply_openings", "quantity != 0"),
    ),
    "assert_versions_cover_the_event": (
        altered("gold.fct_order_items", "customer_key = -1", "customer_key > 0"),
        altered("gold.fct_order_items", "product_durable_key = -1", "product_key > 0"),
        altered("gold.fct_returns", "returned_at = '1800-01-01'", "product_key > 0"),
        "update gold.dim_product set valid_to = valid_from",
    ),
    "assert_web_events_are_in_a_session_or_of_a_bot": (
        lost("gold.fct_page_events"),
        doubled("gold.fct_page_events"),
        altered(
            "silver.int_web__flag_bots",
            "is_bot = true",
            "visitor_id in (select visitor_id from gold.fct_page_events)",
        ),
        lost("silver.int_web__flag_bots"),
    ),
    "assert_weights_of_promotions_sum_to_one": (
        altered("gold.bridge_order_item_promotions", "weight = weight - 0.01"),
    ),
    "warn_of_clicks_beyond_impressions": (
        altered("gold.fct_ad_spend_daily", "clicks = impressions + 1", "clicks <= impressions"),
    ),
    "warn_of_codes_beyond_the_seeds": (
        altered("gold.dim_carrier", "is_inferred = true"),
        altered("gold.dim_channel", "is_inferred = true"),
        altered("gold.dim_currency", "is_inferred = true"),
        altered("gold.dim_payment_method", "is_inferred = true"),
        altered("gold.dim_return_reason", "is_inferred = true"),
    ),
    "warn_of_discounts_without_promotion": (
        altered("gold.bridge_order_item_promotions", "discount_amount = discount_amount + 0.01"),
        # A grant that is missing altogether: of a line that has but one.
        lost("gold.bridge_order_item_promotions", "weight = 1"),
    ),
    "warn_of_milestones_out_of_order": (
        altered("gold.fct_order_lifecycle", "has_milestone_violation = true", "not has_milestone_violation"),
    ),
    "warn_of_missing_rates": tuple(
        altered(f"gold.{fact}", "reporting_rate_state = 'missing'")
        for fact in (
            "fct_order_items",
            "fct_returns",
            "fct_payments",
            "fct_settlements",
            "fct_ad_spend_daily",
            "fct_page_events",
            "fct_sessions",
        )
    ),
    "warn_of_web_events_without_a_market": (
        altered("gold.fct_page_events", "country_code = 'XX'"),
        altered("gold.fct_page_events", "country_code = null"),
    ),
    # ---------- customer
    "assert_cohorts_sum_to_the_customers": (
        altered("gold.mart_customer_cohorts", "customer_count = customer_count + 1", "months_since = 0"),
        altered("gold.mart_customer_cohorts", "active_customer_count = active_customer_count + 1"),
        altered("gold.mart_customer_cohorts", "order_count = order_count + 1"),
        altered("gold.mart_customer_cohorts", "revenue_amount = revenue_amount + 0.01"),
        altered("gold.mart_customer_cohorts", "months_since = 7"),
    ),
    "assert_customers_sum_to_their_orders": tuple(
        altered("gold.mart_customer_360", f"{column} = {column} + 1")
        for column in (
            "order_count",
            "cancelled_order_count",
            "revenue_amount",
            "returned_quantity",
            "refund_amount",
            "lifetime_value_amount",
        )
    ),
    "assert_every_customer_has_a_row": (
        lost("gold.mart_customer_360"),
        lost("gold.dim_customer", "is_current and customer_durable_key > 0"),
        altered("gold.mart_customer_360", "recency_score = null", "order_count > 0"),
        altered("gold.mart_customer_360", "monetary_score = 6", "order_count > 0"),
        altered("gold.mart_customer_360", "rfm_segment = 'no orders'", "order_count > 0"),
        altered("gold.mart_customer_360", "frequency_score = 1", "order_count = 0"),
    ),
    "assert_persons_sum_to_their_interactions": (
        altered("gold.mart_customer_360", "interaction_count = interaction_count + 1"),
        altered("gold.mart_customer_360", "last_interaction_at = null", "interaction_count > 0"),
        altered("gold.mart_customer_360", "last_interaction_at = '2000-01-01'", "interaction_count > 0"),
    ),
    # ---------- finance
    "assert_ageing_holds_what_is_not_settled": (
        lost("gold.mart_payment_ageing", "item_type = 'payment'"),
        altered("gold.mart_payment_ageing", "break_amount = break_amount + 1", "item_type = 'payment'"),
        altered("gold.mart_payment_ageing", "age_band = null", "age_days is not null"),
    ),
    "assert_breaks_sum_to_the_differences_of_orders": (
        altered(
            "gold.mart_payment_reconciliation",
            "break_amount = break_amount + 0.01",
            "class_code = 'capture_differs'",
        ),
        doubled("gold.mart_payment_reconciliation", "class_code = 'capture_differs'"),
        altered("gold.mart_order_summary", "payment_state = 'agrees'", "payment_state = 'differs'"),
    ),
    "assert_reconciliation_classes_partition_the_payments": (
        lost("gold.mart_payment_reconciliation"),
        doubled("gold.mart_payment_reconciliation"),
        altered("gold.mart_payment_reconciliation", "amount = amount + 0.01"),
        altered("gold.mart_payment_reconciliation", "class_code = 'odd'"),
        altered("gold.mart_payment_reconciliation", "settlement_class_code = 'odd'"),
        lost("gold.fct_payments"),
    ),
    "assert_settlement_classes_partition_payments_and_payouts": (
        lost("gold.mart_settlement_reconciliation"),
        doubled("gold.mart_settlement_reconciliation"),
        altered("gold.mart_settlement_reconciliation", "settled_amount = settled_amount + 0.01"),
        altered("gold.mart_settlement_reconciliation", "settlement_count = settlement_count + 1"),
        altered("gold.mart_settlement_reconciliation", "is_payment_known = not is_payment_known"),
        altered("gold.mart_settlement_reconciliation", "class_code = 'odd'"),
    ),
    "warn_of_overdue_payments": (
        altered("gold.mart_payment_ageing", "is_overdue = true", "not is_overdue"),
    ),
    # ---------- marketing
    "assert_campaign_return_sums_to_its_inputs": tuple(
        altered("gold.mart_campaign_return", f"{column} = coalesce({column}, 0) + 1")
        for column in (
            "click_count",
            "spend_amount_reporting",
            "first_revenue_amount",
            "last_revenue_amount",
            "linear_revenue_amount",
            "time_decay_revenue_amount",
            "first_order_count",
            "last_order_count",
            "linear_order_count",
            "time_decay_order_count",
        )
    ),
    "assert_credits_sum_to_attributed_revenue": (
        altered("gold.mart_attribution", "credited_revenue_amount = credited_revenue_amount + 0.01"),
        altered("gold.mart_attribution", "order_share = order_share + 0.01"),
        altered("gold.mart_attribution", "days_before_purchase = 31"),
        "delete from gold.mart_attribution",
        doubled("gold.mart_attribution", changes="0 as credited_revenue_amount, 0 as order_share"),
    ),
    "assert_funnel_counts_every_session_once": (
        *(
            altered("gold.mart_funnel_daily", f"{column} = {column} + 1")
            for column in (
                "session_count",
                "view_session_count",
                "cart_session_count",
                "checkout_session_count",
                "purchase_session_count",
            )
        ),
        altered("gold.mart_campaign_return", "session_count = session_count + 1", "session_count > 0"),
        lost("gold.mart_abandoned_carts"),
    ),
    "assert_funnel_steps_never_rise": (
        altered("gold.mart_funnel_daily", "view_session_count = session_count + 1"),
        altered("gold.mart_funnel_daily", "cart_session_count = view_session_count + 1"),
        altered("gold.mart_funnel_daily", "checkout_session_count = cart_session_count + 1"),
        altered("gold.mart_funnel_daily", "purchase_session_count = checkout_session_count + 1"),
    ),
    # ---------- merchandising
    "assert_pairs_are_in_both_baskets": (
        altered("gold.mart_basket_affinity", "pair_order_count = first_order_count + 1"),
        altered("gold.mart_basket_affinity", "pair_order_count = 2"),
        altered("gold.mart_basket_affinity", "second_order_count = all_order_count + 1"),
        altered("gold.mart_basket_affinity", "first_product_durable_key = second_product_durable_key"),
        altered("gold.mart_basket_affinity", "first_confidence_rate = 1.1"),
        altered("gold.mart_basket_affinity", "lift_ratio = 0"),
    ),
    "assert_product_performance_sums_to_the_facts": (
        *(
            altered("gold.mart_product_performance", f"{column} = {column} + 1")
            for column in (
                "sold_line_count",
                "sold_quantity",
                "net_sales_amount",
                "returned_quantity",
                "refund_amount",
            )
        ),
        altered("gold.mart_product_performance", "sales_rank = 9999"),
        altered("gold.mart_product_performance", "abc_class = 'C'", "sales_rank = 1"),
    ),
    "assert_turnover_sums_to_the_daily_stock": tuple(
        altered("gold.mart_inventory_turnover", f"{column} = {column} + 1")
        for column in ("day_count", "place_day_count", "stock_out_place_day_count", "sold_quantity")
    ),
    # ---------- risk
    "assert_scores_follow_from_the_rules": (
        lost("gold.mart_order_risk"),
        altered("gold.mart_order_risk", "risk_score = risk_score + 1"),
        altered("gold.mart_order_risk", "is_velocity = not is_velocity"),
        altered("gold.mart_order_risk", "is_to_review = not is_to_review"),
        altered(
            "gold.mart_order_risk",
            "buyer_key = (select max(buyer_key) from gold.mart_order_risk where is_first_order)",
            "is_first_order and buyer_key !="
            " (select max(buyer_key) from gold.mart_order_risk where is_first_order)",
        ),
    ),
    # ---------- sales
    "assert_order_events_sum_to_the_facts": (
        *(
            altered("gold.mart_order_events", f"{column} = coalesce({column}, 0) + 1")
            for column in (
                "shipment_line_count",
                "shipped_quantity",
                "settlement_count",
                "settled_amount",
                "promotion_discount_amount",
            )
        ),
        altered("gold.mart_order_events", "session_key = null", "session_key is not null"),
        altered("gold.mart_order_summary", "settled_amount = settled_amount + 1"),
    ),
    "assert_order_summary_sums_to_the_facts": (
        lost("gold.mart_order_summary"),
        *(
            altered("gold.mart_order_summary", f"{column} = coalesce({column}, 0) + 1")
            for column in (
                "line_count",
                "quantity",
                "gross_amount",
                "discount_amount",
                "net_amount",
                "tax_amount",
                "shipping_amount",
                "total_amount",
                "net_amount_reporting",
                "net_sales_amount",
                "total_amount_reporting",
                "return_line_count",
                "refund_amount",
                "refund_amount_reporting",
                "refund_total_amount",
                "payment_count",
                "authorised_amount",
                "captured_amount",
                "refunded_amount",
                "charged_back_amount",
            )
        ),
    ),
    **{
        guard: (
            lost(f"gold.{table}"),
            *(
                altered(f"gold.{table}", f"{column} = coalesce({column}, 0) + 1")
                for column in (
                    "sold_line_count",
                    "sold_quantity",
                    "net_sales_amount",
                    "margin_amount",
                    "returned_line_count",
                    "returned_quantity",
                    "refund_amount",
                    "unconverted_line_count",
                )
            ),
        )
        for guard, table in (
            ("assert_sales_daily_sums_to_the_facts", "sales_daily"),
            ("assert_sales_weekly_sums_to_the_days", "sales_weekly"),
            ("assert_sales_monthly_sums_to_the_days", "sales_monthly"),
        )
    },
    "assert_store_growth_sums_to_the_lines": (
        altered("gold.mart_store_growth", "net_sales_amount = net_sales_amount + 1"),
        altered("gold.mart_store_growth", "comparable_sales_amount = comparable_sales_amount + 1"),
        altered("gold.mart_store_growth", "growth_rate = 0.1, is_comparable = false"),
    ),
    "warn_of_payment_differences": (
        altered("gold.mart_order_summary", "payment_state = 'differs'", "payment_state = 'agrees'"),
    ),
}  # fmt: skip
# The same of each generic test of our own, in one place where it is used.
FAULTS_OF_GENERIC_TESTS: dict[str, tuple[str, ...]] = {
    "contiguous_history_dim_customer": (
        altered("gold.dim_customer", "valid_to = valid_from"),
        altered("gold.dim_customer", "valid_to = valid_to - interval 1 second", "is_current"),
        altered("gold.dim_customer", "valid_to = valid_to + interval 1 day", "not is_current"),
    ),
    # A limit that is gone leaves empty marts, in which the tests that compare with it find nothing.
    "exact_values_mart_thresholds": (
        lost("reference.mart_thresholds"),
        doubled("reference.mart_thresholds", changes="'odd' as threshold_name"),
    ),
    "not_null_columns_stg_fx__rates": (altered("silver.stg_fx__rates", "rate_date = null"),),
    "one_id_per_key_dim_customer": (
        altered(
            "gold.dim_customer",
            "customer_durable_key = (select max(customer_durable_key) from gold.dim_customer)",
            "customer_durable_key > 0 and not is_current",
        ),
        altered("gold.dim_customer", "customer_id = 'odd'", "customer_durable_key > 0 and not is_current"),
    ),
    "unique_combination_fct_payments": (doubled("gold.fct_payments"),),
}


@pytest.fixture(scope="module")
def own_copy(
    built: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a copy of the built database; each test rolls back what it changes."""
    database = tmp_path_factory.mktemp("faulty") / built.database.name
    shutil.copyfile(built.database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def test_every_guard_has_a_fault_that_it_must_find() -> None:
    tests = [path.relative_to(DBT_TESTS) for path in DBT_TESTS.rglob("*.sql")]
    generic = {path.stem for path in tests if path.parts[0] == "generic"}
    assert {path.stem for path in tests} - generic == set(FAULTS)
    assert generic == {test for test in generic for use in FAULTS_OF_GENERIC_TESTS if use.startswith(test)}


@pytest.mark.parametrize("guard", FAULTS | FAULTS_OF_GENERIC_TESTS)
def test_a_guard_finds_its_faults(built: Warehouse, own_copy: duckdb.DuckDBPyConnection, guard: str) -> None:
    # The names of generic tests go on with their arguments, or a hash of them.
    query = built.compiled(guard if guard in FAULTS else f"{guard}_*")
    before = Counter(own_copy.execute(query).fetchall())
    for fault in (FAULTS | FAULTS_OF_GENERIC_TESTS)[guard]:
        own_copy.execute("begin")
        try:
            [(changed,)] = own_copy.execute(fault).fetchall()
            found = Counter(own_copy.execute(query).fetchall())
        finally:
            own_copy.execute("rollback")
        assert changed, f"no row to alter: {fault}"
        assert found - before, f"not found: {fault}"
