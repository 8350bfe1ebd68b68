-- One row is one line of a shop order in its latest state. Deleted lines are left out.
-- Read by int_orders__unite_lines.
{{ config(
    unique_key='order_item_id',
    sort='changed_at',
    meta={
        'recompute': {
            'by': 'order_item_id',
            'after': {
                'stg_shop__order_items': {'key': 'order_item_id', 'all_when': '_is_reload'},
            },
            'log': ['order_id'],
        },
        'physical_reason': {'sort': 'Readers look for lines that changed lately.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__order_items as (
    select * from {{ ref('stg_shop__order_items') }}
    where {{ is_affected('order_item_id', of='stg_shop__order_items') }}
),

-- Of all keys: a reload says of a key that it is gone by not holding it.
reloads as (
    {{ reload_checkpoints(ref('stg_shop__order_items')) | indent(4) }}
),

latest as (
    {{ latest_change('stg_shop__order_items', key='order_item_id', reloads='reloads') | indent(4) }}
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
        supplier_id,
        _changed_at as changed_at
    from latest
)

select * from int_orders__apply_item_changes
