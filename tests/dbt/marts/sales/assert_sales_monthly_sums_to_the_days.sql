-- Guards sales_monthly against fan-out and loss: over each month its sums are those of sales_daily.

with

sales_daily as (
    select * from {{ ref('sales_daily') }}
),

sales_monthly as (
    select * from {{ ref('sales_monthly') }}
),

found as (
    select
        month_key,
        sum(sold_line_count) as sold_line_count,
        sum(sold_quantity) as sold_quantity,
        sum(net_sales_amount) as net_sales_amount,
        sum(margin_amount) as margin_amount,
        sum(returned_line_count) as returned_line_count,
        sum(returned_quantity) as returned_quantity,
        sum(refund_amount) as refund_amount,
        sum(unconverted_line_count) as unconverted_line_count
    from sales_monthly
    group by month_key
),

expected as (
    select
        month_key,
        sum(sold_line_count) as sold_line_count,
        sum(sold_quantity) as sold_quantity,
        sum(net_sales_amount) as net_sales_amount,
        sum(margin_amount) as margin_amount,
        sum(returned_line_count) as returned_line_count,
        sum(returned_quantity) as returned_quantity,
        sum(refund_amount) as refund_amount,
        sum(unconverted_line_count) as unconverted_line_count
    from sales_daily
    group by month_key
),

assert_sales_monthly_sums_to_the_days as (
    select
        expected.month_key as expected_month_key,
        expected.net_sales_amount as expected_net_sales_amount,
        found.*
    from expected
    full outer join found
        on expected.month_key = found.month_key
    where
        expected.month_key is null
        or found.month_key is null
        or expected.sold_line_count != found.sold_line_count
        or expected.sold_quantity != found.sold_quantity
        or expected.net_sales_amount != found.net_sales_amount
        or expected.margin_amount != found.margin_amount
        or expected.returned_line_count != found.returned_line_count
        or expected.returned_quantity != found.returned_quantity
        or expected.refund_amount != found.refund_amount
        or expected.unconverted_line_count != found.unconverted_line_count
)

select * from assert_sales_monthly_sums_to_the_days
