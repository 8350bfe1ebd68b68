{{ config(
    unique_key=['store_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'store_id',
        'after': {'bronze_shop__stores': trimmed('store_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__stores as (
    select * from {{ ref('bronze_shop__stores') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('store_id')) }}
),

standardised as (
    select
        nullif(trim(store_id), '') as store_id,
        nullif(trim(store_name), '') as store_name,
        lower(nullif(trim(store_format), '')) as store_format,
        nullif(trim(city), '') as city,
        nullif(trim(region), '') as region,
        upper(nullif(trim(country_code), '')) as country_code,
        nullif(trim(time_zone), '') as time_zone,
        upper(nullif(trim(currency_code), '')) as currency_code,
        floor_area_m2,
        opened_date,
        closed_date,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__stores
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'stores') | indent(8) }} as _copy
    from standardised
),

stg_shop__stores as (
    select
        store_id,
        store_name,
        store_format,
        city,
        region,
        country_code,
        time_zone,
        currency_code,
        floor_area_m2,
        opened_date,
        closed_date,

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

select * from stg_shop__stores
