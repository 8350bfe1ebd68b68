-- Guards the identity that makes lines and orders agree: the shares of the lines in the discount and the
-- shipping of their order sum to what the order says, to the cent. Orders without lines have nothing to
-- carry a share and are left out.

with

shares as (
    select
        order_id,
        sum(order_discount_amount) as shared_discount_amount,
        sum(order_shipping_amount) as shared_shipping_amount
    from {{ ref('int_orders__allocate_order_amounts') }}
    group by order_id
)

select
    orders.order_id,
    orders.discount_amount,
    shares.shared_discount_amount,
    orders.shipping_amount,
    shares.shared_shipping_amount
from {{ ref('int_orders__unite_orders') }} as orders
inner join shares
    on orders.order_id = shares.order_id
where
    orders.discount_amount != shares.shared_discount_amount
    or orders.shipping_amount != shares.shared_shipping_amount
