-- Guards the allocation: discount and shipping agreed for a whole order equal the sum of what its lines were
-- given. The amounts of the orders come from the source's own rows, not from the allocation.

with

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
),

int_orders__apply_order_changes as (
    select * from {{ ref('int_orders__apply_order_changes') }}
),

int_orders__apply_item_changes as (
    select * from {{ ref('int_orders__apply_item_changes') }}
),

given as (
    select
        order_id,
        sum(order_discount_amount) as discount_amount,
        sum(shipping_amount) as shipping_amount
    from fct_order_items
    where source_system = 'shop'
    group by order_id
),

shipping_on_lines as (
    select
        order_id,
        sum(shipping_amount) as shipping_amount
    from int_orders__apply_item_changes
    group by order_id
),

compared as (
    select
        orders.order_id,
        orders.discount_amount as agreed_discount,
        given.discount_amount as given_discount,
        orders.shipping_amount + shipping_on_lines.shipping_amount as agreed_shipping,
        given.shipping_amount as given_shipping
    from int_orders__apply_order_changes as orders
    inner join shipping_on_lines
        on orders.order_id = shipping_on_lines.order_id
    left join given
        on orders.order_id = given.order_id
),

assert_order_amounts_are_spread_to_the_cent as (
    select *
    from compared
    where
        given_discount is null
        or agreed_discount != given_discount
        or agreed_shipping != given_shipping
)

select * from assert_order_amounts_are_spread_to_the_cent
