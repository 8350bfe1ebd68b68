-- Guards sales_daily against fan-out and loss: over each business day its sums are those of the two facts it
-- is made from.

with

sales_daily as (
    select * from {{ ref('sales_daily') }}
),

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
),

fct_returns as (
    select * from {{ ref('fct_returns') }}
),

found as (
    select
        date_key,
        sum(sold_line_count) as sold_line_count,
        sum(sold_quantity) as sold_quantity,
        sum(net_sales_amount) as net_sales_amount,
        sum(margin_amount) as margin_amount,
        sum(returned_line_count) as returned_line_count,
        sum(returned_quantity) as returned_quantity,
        sum(refund_amount) as refund_amount,
        sum(unconverted_line_count) as unconverted_line_count
    from sales_daily
    group by date_key
),

sold as (
    select
        order_date_key as date_key,
        count(*) as line_count,
        sum(quantity) as quantity,
        coalesce(sum(net_excluding_tax_amount_reporting), 0) as net_amount,
        coalesce(sum(
            case
                when cost_amount_reporting is not null
                    then net_excluding_tax_amount_reporting - cost_amount_reporting
            end
        ), 0) as margin_amount,
        sum(case when reporting_rate_state = 'missing' then 1 else 0 end) as unconverted_count
    from fct_order_items
    group by order_date_key
),

returned as (
    select
        return_date_key as date_key,
        count(*) as line_count,
        sum(quantity) as quantity,
        coalesce(sum(refund_excluding_tax_amount_reporting), 0) as refund_amount,
        sum(case when reporting_rate_state = 'missing' then 1 else 0 end) as unconverted_count
    from fct_returns
    group by return_date_key
),

days as (
    select date_key from found

    union

    select date_key from sold

    union

    select date_key from returned
),

assert_sales_daily_sums_to_the_facts as (
    select
        days.date_key,
        sold.net_amount,
        found.net_sales_amount,
        returned.refund_amount as expected_refund_amount,
        found.refund_amount
    from days
    left join found
        on days.date_key = found.date_key
    left join sold
        on days.date_key = sold.date_key
    left join returned
        on days.date_key = returned.date_key
    where
        found.date_key is null
        or found.sold_line_count != coalesce(sold.line_count, 0)
        or found.sold_quantity != coalesce(sold.quantity, 0)
        or found.net_sales_amount != coalesce(sold.net_amount, 0)
        or found.margin_amount != coalesce(sold.margin_amount, 0)
        or found.returned_line_count != coalesce(returned.line_count, 0)
        or found.returned_quantity != coalesce(returned.quantity, 0)
        or found.refund_amount != coalesce(returned.refund_amount, 0)
        or found.unconverted_line_count
        != coalesce(sold.unconverted_count, 0) + coalesce(returned.unconverted_count, 0)
)

select * from assert_sales_daily_sums_to_the_facts
