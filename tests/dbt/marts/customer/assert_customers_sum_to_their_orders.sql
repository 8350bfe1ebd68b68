-- Guards mart_customer_360 against fan-out and loss: over all customers its orders, revenue and refunds are
-- those of the orders and returns that name a customer.

with

mart_customer_360 as (
    select * from {{ ref('mart_customer_360') }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
    where customer_durable_key >= 0
),

fct_returns as (
    select * from {{ ref('fct_returns') }}
    where customer_durable_key >= 0
),

found as (
    select
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(cancelled_order_count), 0) as cancelled_order_count,
        coalesce(sum(revenue_amount), 0) as revenue_amount,
        coalesce(sum(returned_quantity), 0) as returned_quantity,
        coalesce(sum(refund_amount), 0) as refund_amount,
        coalesce(sum(lifetime_value_amount), 0) as lifetime_value_amount
    from mart_customer_360
),

ordered as (
    select
        coalesce(sum(case when is_cancelled then 0 else 1 end), 0) as order_count,
        coalesce(sum(case when is_cancelled then 1 else 0 end), 0) as cancelled_order_count,
        coalesce(sum(revenue_amount), 0) as revenue_amount
    from mart_order_summary
),

given_back as (
    select
        coalesce(sum(quantity), 0) as returned_quantity,
        coalesce(sum(refund_excluding_tax_amount_reporting), 0) as refund_amount
    from fct_returns
),

assert_customers_sum_to_their_orders as (
    select
        found.*,
        ordered.order_count as expected_order_count,
        ordered.revenue_amount as expected_revenue_amount,
        given_back.refund_amount as expected_refund_amount
    from found
    cross join ordered
    cross join given_back
    where
        found.order_count != ordered.order_count
        or found.cancelled_order_count != ordered.cancelled_order_count
        or found.revenue_amount != ordered.revenue_amount
        or found.returned_quantity != given_back.returned_quantity
        or found.refund_amount != given_back.refund_amount
        or found.lifetime_value_amount != ordered.revenue_amount - given_back.refund_amount
)

select * from assert_customers_sum_to_their_orders
