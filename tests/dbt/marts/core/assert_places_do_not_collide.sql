-- Guards the key of dim_geography, in which a collision would melt two places into one row: as many keys as
-- places.

with

dim_geography as (
    select * from {{ ref('dim_geography') }}
),

named as (
    select
        country_code,
        region,
        city
    from {{ ref('int_orders__unite_orders') }}

    union

    select
        country_code,
        region,
        city
    from {{ ref('int_returns__unite_lines') }}

    union

    select
        country_code,
        region,
        city
    from {{ ref('int_stores__apply_changes') }}

    union

    select
        country_code,
        region,
        city
    from {{ ref('int_stock__apply_locations') }}
),

places as (
    select distinct
        country_code,
        lower(region) as region,
        lower(city) as city
    from named
    where coalesce(country_code, region, city) is not null
),

keys as (
    select geography_key
    from dim_geography
    where geography_key > 0
),

counted as (
    select
        (select count(*) from places) as place_count,
        (select count(*) from keys) as key_count
),

assert_places_do_not_collide as (
    select *
    from counted
    where place_count != key_count
)

select * from assert_places_do_not_collide
