-- Guards sales_weekly against fan-out and loss: over each week its sums are those of sales_daily.

with

sales_daily as (
    select * from {{ ref('sales_daily') }}
),

sales_weekly as (
    select * from {{ ref('sales_weekly') }}
),

found as (
    select
        retail_week_key,
        sum(sold_line_count) as sold_line_count,
        sum(sold_quantity) as sold_quantity,
        sum(net_sales_amount) as net_sales_amount,
        sum(margin_amount) as margin_amount,
        sum(returned_line_count) as returned_line_count,
        sum(returned_quantity) as returned_quantity,
        sum(refund_amount) as refund_amount,
        sum(unconverted_line_count) as unconverted_line_count
    from sales_weekly
    group by retail_week_key
),

expected as (
    select
        retail_week_key,
        sum(sold_line_count) as sold_line_count,
        sum(sold_quantity) as sold_quantity,
        sum(net_sales_amount) as net_sales_amount,
        sum(margin_amount) as margin_amount,
        sum(returned_line_count) as returned_line_count,
        sum(returned_quantity) as returned_quantity,
        sum(refund_amount) as refund_amount,
        sum(unconverted_line_count) as unconverted_line_count
    from sales_daily
    group by retail_week_key
),

assert_sales_weekly_sums_to_the_days as (
    select
        expected.retail_week_key as expected_retail_week_key,
        expected.net_sales_amount as expected_net_sales_amount,
        found.*
    from expected
    full outer join found
        on expected.retail_week_key = found.retail_week_key
    where
        expected.retail_week_key is null
        or found.retail_week_key is null
        or expected.sold_line_count != found.sold_line_count
        or expected.sold_quantity != found.sold_quantity
        or expected.net_sales_amount != found.net_sales_amount
        or expected.margin_amount != found.margin_amount
        or expected.returned_line_count != found.returned_line_count
        or expected.returned_quantity != found.returned_quantity
        or expected.refund_amount != found.refund_amount
        or expected.unconverted_line_count != found.unconverted_line_count
)

select * from assert_sales_weekly_sums_to_the_days
