-- One row is the stock of one product at one location, as counted before the first day. Deleted counts are
-- left out. Read by fct_inventory, dim_location and dim_product.
{{ config(
    unique_key='stock_key',
    meta={'recompute': {
        'by': 'stock_key',
        'after': {
            'stg_shop__opening_stock': {'key': 'stock_key', 'all_when': '_is_reload'},
        },
        'log': ['location_id', 'product_id'],
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__opening_stock as (
    select * from {{ ref('stg_shop__opening_stock') }}
    where {{ is_affected('stock_key') }}
),

-- Of all keys: a reload says of a key that it is gone by not holding it.
reloads as (
    {{ reload_checkpoints(ref('stg_shop__opening_stock')) | indent(4) }}
),

latest as (
    {{ latest_change('stg_shop__opening_stock', key='stock_key', reloads='reloads') | indent(4) }}
),

int_stock__apply_openings as (
    select
        stock_key,
        product_id,
        location_id,
        quantity,
        counted_at
    from latest
)

select * from int_stock__apply_openings
