-- Guards mart_product_performance against fan-out and loss: over its products it sums to the lines sold and
-- returned in the span; every rank is there once, and no C is ranked before an A.

with

mart_product_performance as (
    select * from {{ ref('mart_product_performance') }}
),

spans as (
    select
        runs.run_date,
        {{ add_days('runs.run_date', '-limits.threshold_value') }} as before_date
    from {{ ref('dim_run_date') }} as runs
    cross join {{ ref('mart_thresholds') }} as limits
    where limits.threshold_name = 'performance_days'
),

sold as (
    select
        count(*) as line_count,
        coalesce(sum(items.quantity), 0) as quantity,
        coalesce(sum(items.net_excluding_tax_amount_reporting), 0) as net_amount
    from {{ ref('fct_order_items') }} as items
    inner join spans
        on items.order_date > spans.before_date and items.order_date <= spans.run_date
    where items.product_durable_key >= 0
),

returned as (
    select
        coalesce(sum(given_back.quantity), 0) as quantity,
        coalesce(sum(given_back.refund_excluding_tax_amount_reporting), 0) as refund_amount
    from {{ ref('fct_returns') }} as given_back
    inner join spans
        on given_back.return_date > spans.before_date and given_back.return_date <= spans.run_date
    where given_back.product_durable_key >= 0
),

found as (
    select
        coalesce(sum(sold_line_count), 0) as line_count,
        coalesce(sum(sold_quantity), 0) as quantity,
        coalesce(sum(net_sales_amount), 0) as net_amount,
        coalesce(sum(returned_quantity), 0) as returned_quantity,
        coalesce(sum(refund_amount), 0) as refund_amount,
        count(*) as product_count,
        coalesce(max(sales_rank), 0) as last_rank,
        min(case when abc_class = 'C' then sales_rank end) as first_c_rank,
        max(case when abc_class = 'A' then sales_rank end) as last_a_rank
    from mart_product_performance
),

assert_product_performance_sums_to_the_facts as (
    select
        found.*,
        sold.net_amount as expected_net_amount,
        returned.refund_amount as expected_refund_amount
    from found
    cross join sold
    cross join returned
    where
        found.line_count != sold.line_count
        or found.quantity != sold.quantity
        or found.net_amount != sold.net_amount
        or found.returned_quantity != returned.quantity
        or found.refund_amount != returned.refund_amount
        or found.product_count != found.last_rank
        or found.first_c_rank < found.last_a_rank
)

select * from assert_product_performance_sums_to_the_facts
