-- One row is one line of a shop return in its latest state. Deleted ones are left out. Read by
-- int_returns__unite_lines.

with

stg_shop__return_items as (
    select * from {{ ref('stg_shop__return_items') }}
),

latest as (
    {{ latest_change('stg_shop__return_items', key='return_item_id') | indent(4) }}
),

int_returns__apply_item_changes as (
    select
        return_item_id,
        return_id,
        line_number,
        line_type,
        order_item_id,
        product_id,
        line_description,
        quantity,
        unit_price,
        refund_amount,
        reason_code
    from latest
)

select * from int_returns__apply_item_changes
