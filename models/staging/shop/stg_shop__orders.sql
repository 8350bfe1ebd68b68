{{ config(
    unique_key=['order_id', '_change_seq', '_is_reload'],
    sort='_changed_at',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {'bronze_shop__orders': trimmed('order_id')},
        },
        'physical_reason': {'sort': 'Readers look for the changes of recent orders.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__orders as (
    select * from {{ ref('bronze_shop__orders') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('order_id')) }}
),

standardised as (
    select
        nullif(trim(order_id), '') as order_id,
        nullif(trim(customer_id), '') as customer_id,
        lower(nullif(trim(channel_code), '')) as channel_code,
        lower(nullif(trim(order_status), '')) as order_status,
        status_at,
        ordered_at,
        upper(nullif(trim(currency_code), '')) as currency_code,
        upper(nullif(trim(country_code), '')) as country_code,
        nullif(trim(ship_to_region), '') as ship_to_region,
        nullif(trim(ship_to_city), '') as ship_to_city,
        discount_amount,
        shipping_amount,
        is_tax_included,
        promised_date,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__orders
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'orders') | indent(8) }} as _copy
    from standardised
),

stg_shop__orders as (
    select
        order_id,
        customer_id,
        channel_code,
        order_status,
        status_at,
        ordered_at,
        currency_code,
        country_code,
        ship_to_region,
        ship_to_city,
        discount_amount,
        shipping_amount,
        is_tax_included,
        promised_date,

        ---------- lineage metadata
        _op,
        _change_seq,
        _is_reload,
        _changed_at,
        _file,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_shop__orders
