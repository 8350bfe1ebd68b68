-- One row is one store as last known, deleted ones included: their sales remain. A time zone that does not
-- exist gives way to that of the store's country, or the receipts of the store could not be dated. Read by
-- dim_store, dim_geography and int_stores__place_receipt_lines.
{{ config(
    unique_key='store_id',
    meta={'recompute': {
        'by': 'store_id',
        'after': {
            'stg_shop__stores': 'store_id',
        },
        'log': ['country_code', 'region', 'city', 'time_zone', 'currency_code'],
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__stores as (
    select * from {{ ref('stg_shop__stores') }}
    where {{ is_affected('store_id') }}
),

time_zones as (
    select * from {{ ref('time_zones') }}
),

countries as (
    select * from {{ ref('countries') }}
),

latest as (
    {{ latest_change('stg_shop__stores', key='store_id', before_delete=true) | indent(4) }}
),

int_stores__apply_changes as (
    select
        latest.store_id,
        latest.store_name,
        latest.store_format,
        latest.city,
        latest.region,
        latest.country_code,
        coalesce(time_zones.time_zone, countries.time_zone) as time_zone,
        latest.currency_code,
        latest.floor_area_m2,
        latest.opened_date,
        latest.closed_date
    from latest
    left join time_zones
        on latest.time_zone = time_zones.time_zone
    left join countries
        on latest.country_code = countries.country_code
)

select * from int_stores__apply_changes
