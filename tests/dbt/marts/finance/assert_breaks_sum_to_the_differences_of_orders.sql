-- Guards break_amount against counting a difference twice: over the captures of an order that differs it sums
-- to captured - owed, where all of them are authorised and the order is not cancelled.

with

mart_payment_reconciliation as (
    select * from {{ ref('mart_payment_reconciliation') }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
),

summed as (
    select
        order_id,
        sum(break_amount) as break_amount
    from mart_payment_reconciliation
    where class_code = 'capture_differs'
    group by order_id
),

assert_breaks_sum_to_the_differences_of_orders as (
    select
        summed.order_id,
        summed.break_amount,
        orders.payment_difference_amount,
        orders.payment_state
    from summed
    left join mart_order_summary as orders
        on summed.order_id = orders.order_id
    where
        orders.order_id is null
        or orders.payment_state != 'differs'
        or summed.break_amount != orders.payment_difference_amount
)

select * from assert_breaks_sum_to_the_differences_of_orders
