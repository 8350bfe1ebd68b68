{{ config(
    unique_key=['location_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'location_id',
        'after': {'bronze_shop__locations': trimmed('location_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__locations as (
    select * from {{ ref('bronze_shop__locations') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('location_id')) }}
),

standardised as (
    select
        nullif(trim(location_id), '') as location_id,
        nullif(trim(location_name), '') as location_name,
        lower(nullif(trim(location_type), '')) as location_type,
        nullif(trim(store_id), '') as store_id,
        nullif(trim(city), '') as city,
        nullif(trim(region), '') as region,
        upper(nullif(trim(country_code), '')) as country_code,
        nullif(trim(time_zone), '') as time_zone,
        storage_area_m2,
        is_active,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__locations
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'locations') | indent(8) }} as _copy
    from standardised
),

stg_shop__locations as (
    select
        location_id,
        location_name,
        location_type,
        store_id,
        city,
        region,
        country_code,
        time_zone,
        storage_area_m2,
        is_active,

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

select * from stg_shop__locations
