{{ config(
    unique_key=['address_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'address_id',
        'after': {'bronze_shop__customer_addresses': trimmed('address_id')},
        'log': ['customer_id'],
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__customer_addresses as (
    select * from {{ ref('bronze_shop__customer_addresses') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('address_id')) }}
),

standardised as (
    select
        nullif(trim(address_id), '') as address_id,
        nullif(trim(customer_id), '') as customer_id,
        nullif(trim(street), '') as street,
        nullif(trim(postal_code), '') as postal_code,
        nullif(trim(city), '') as city,
        nullif(trim(region), '') as region,
        upper(nullif(trim(country_code), '')) as country_code,
        is_primary,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__customer_addresses
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'customer_addresses') | indent(8) }} as _copy
    from standardised
),

stg_shop__customer_addresses as (
    select
        address_id,
        customer_id,
        street,
        postal_code,
        city,
        region,
        country_code,
        is_primary,

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

select * from stg_shop__customer_addresses
