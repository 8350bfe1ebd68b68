-- One row is one line of a shop return in its latest state. Deleted ones are left out. Read by
-- int_returns__unite_lines.
{{ config(
    unique_key='return_item_id',
    meta={'recompute': {
        'by': 'return_item_id',
        'after': {
            'stg_shop__return_items': {'key': 'return_item_id', 'all_when': '_is_reload'},
        },
        'log': ['return_id'],
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__return_items as (
    select * from {{ ref('stg_shop__return_items') }}
    where {{ is_affected('return_item_id') }}
),

-- Of all keys: a reload says of a key that it is gone by not holding it.
reloads as (
    {{ reload_checkpoints(ref('stg_shop__return_items')) | indent(4) }}
),

latest as (
    {{ latest_change('stg_shop__return_items', key='return_item_id', reloads='reloads') | indent(4) }}
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
