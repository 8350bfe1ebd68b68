-- One row is one place that holds stock as last known, deleted ones included: their past stock remains.
-- Read by dim_location, dim_store and dim_geography.
{{ config(
    unique_key='location_id',
    meta={'recompute': {
        'by': 'location_id',
        'after': {
            'stg_shop__locations': 'location_id',
        },
        'log': ['country_code', 'region', 'city', 'store_id'],
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__locations as (
    select * from {{ ref('stg_shop__locations') }}
    where {{ is_affected('location_id') }}
),

time_zones as (
    select * from {{ ref('time_zones') }}
),

latest as (
    {{ latest_change('stg_shop__locations', key='location_id', before_delete=true) | indent(4) }}
),

-- A time zone that does not exist would stop every query that asks for the day there.
int_stock__apply_locations as (
    select
        latest.location_id,
        latest.location_name,
        latest.location_type,
        latest.store_id,
        latest.city,
        latest.region,
        latest.country_code,
        time_zones.time_zone,
        latest.storage_area_m2,
        latest.is_active
    from latest
    left join time_zones
        on latest.time_zone = time_zones.time_zone
)

select * from int_stock__apply_locations
