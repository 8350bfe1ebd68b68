-- One row is one line of a shop order in its latest state. Deleted lines are left out.
-- Read by int_orders__unite_lines.

with

stg_shop__order_items as (
    select * from {{ ref('stg_shop__order_items') }}
),

latest as (
    {{ latest_change('stg_shop__order_items', key='order_item_id') | indent(4) }}
),

int_orders__apply_item_changes as (
    select
        order_item_id,
        order_id,
        line_number,
        line_type,
        product_id,
        line_description,
        quantity,
        list_price,
        unit_price,
        coalesce(discount_amount, 0) as discount_amount,
        coalesce(shipping_amount, 0) as shipping_amount,
        coalesce(tax_rate, 0) as tax_rate,
        unit_cost,
        supplier_id
    from latest
)

select * from int_orders__apply_item_changes
