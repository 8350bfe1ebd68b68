-- One row is one shop order in its latest state. Deleted orders are left out.
-- Read by int_orders__unite_orders.
{{ config(
    unique_key='order_id',
    sort='ordered_at',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'stg_shop__orders': {'key': 'order_id', 'all_when': '_is_reload'},
            },
        },
        'physical_reason': {'sort': 'Readers look for orders of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__orders as (
    select * from {{ ref('stg_shop__orders') }}
    where {{ is_affected('order_id', of='stg_shop__orders') }}
),

-- Of all keys: a reload says of a key that it is gone by not holding it.
reloads as (
    {{ reload_checkpoints(ref('stg_shop__orders')) | indent(4) }}
),

latest as (
    {{ latest_change('stg_shop__orders', key='order_id', reloads='reloads') | indent(4) }}
),

int_orders__apply_order_changes as (
    select
        order_id,
        customer_id,
        channel_code,
        order_status,
        ordered_at,
        currency_code,
        country_code,
        ship_to_region,
        ship_to_city,
        coalesce(discount_amount, 0) as discount_amount,
        coalesce(shipping_amount, 0) as shipping_amount,
        coalesce(is_tax_included, true) as is_tax_included,
        promised_date
    from latest
)

select * from int_orders__apply_order_changes
