-- Guards int_orders__allocate_order_amounts: allocate_cents multiplies the cents of an amount by the value
-- of the goods of its order in cents, in 64-bit integers, which hold 9.2e18 (such as 30 million spread over
-- 30 million). Tested on what goes in, so that the build stops here, with the order named, and not in the
-- model with an overflow.

with

order_values as (
    select
        order_id,
        sum(greatest(gross_amount - discount_amount, 0)) as goods_amount
    from {{ ref('int_orders__unite_lines') }}
    where line_type = 'sale'
    group by order_id
)

select
    orders.order_id,
    orders.discount_amount,
    orders.shipping_amount,
    order_values.goods_amount
from {{ ref('int_orders__unite_orders') }} as orders
inner join order_values
    on orders.order_id = order_values.order_id
where
    -- As floating point before they are multiplied: decimals would overflow here, too.
    cast(greatest(abs(orders.discount_amount), abs(orders.shipping_amount)) as double precision) * 100
    * cast(order_values.goods_amount as double precision) * 100
    >= 9.2e18
