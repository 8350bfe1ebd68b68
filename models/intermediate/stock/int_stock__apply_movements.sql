-- One row is one movement of stock in its latest state. Deleted ones are left out.
-- Read by fct_inventory, dim_location and dim_product.
{{ config(
    unique_key='movement_id',
    sort='moved_at',
    meta={
        'recompute': {
            'by': 'movement_id',
            'after': {
                'stg_shop__inventory_movements': {'key': 'movement_id', 'all_when': '_is_reload'},
            },
            'log': ['stock_key', 'location_id', 'product_id'],
        },
        'physical_reason': {'sort': 'Readers look for the movements of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__inventory_movements as (
    select * from {{ ref('stg_shop__inventory_movements') }}
    where {{ is_affected('movement_id', of='stg_shop__inventory_movements') }}
),

-- Of all keys: a reload says of a key that it is gone by not holding it.
reloads as (
    {{ reload_checkpoints(ref('stg_shop__inventory_movements')) | indent(4) }}
),

latest as (
    {{ latest_change('stg_shop__inventory_movements', key='movement_id', reloads='reloads') | indent(4) }}
),

int_stock__apply_movements as (
    select
        movement_id,
        cast(product_id || '|' || location_id as varchar(160)) as stock_key,
        product_id,
        location_id,
        movement_type,
        quantity,
        moved_at,
        reference_type,
        reference_id
    from latest
)

select * from int_stock__apply_movements
