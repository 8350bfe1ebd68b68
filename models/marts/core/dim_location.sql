-- One row is one place that holds stock as last known (type 1): a warehouse, or the stock room of a store.
-- Contains an inferred member for every place that only movements or parcels name, and the members -1 unknown
-- and -2 not applicable.
{{ config(
    unique_key='location_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'int_stock__apply_locations': 'all',
                'int_stock__apply_openings': {
                    'mentions': {'location_id': 'location_id'},
                    'lost': 'is_inferred',
                },
                'int_stock__apply_movements': {
                    'mentions': {'location_id': 'location_id'},
                    'lost': 'is_inferred',
                },
                'stg_shipping__events': {
                    'mentions': {'location_id': 'location_id'},
                    'lost': 'is_inferred',
                },
            },
            'log': ['time_zone'],
        },
        'physical_reason': {
            'dist': 'Stock lies by product: it would move in every join. Thousands of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_stock__apply_locations as (
    select * from {{ ref('int_stock__apply_locations') }}
    where {{ is_affected() }}
),

int_stock__apply_openings as (
    select * from {{ ref('int_stock__apply_openings') }}
    where {{ is_affected() }}
),

int_stock__apply_movements as (
    select * from {{ ref('int_stock__apply_movements') }}
    where {{ is_affected() }}
),

stg_shipping__events as (
    select * from {{ ref('stg_shipping__events') }}
    where {{ is_affected() }}
),

named_by_facts as (
    select location_id from int_stock__apply_openings

    union

    select location_id from int_stock__apply_movements

    union

    select location_id from stg_shipping__events
),

bare as (
    select
        {{ hash_key(['named_by_facts.location_id']) }} as location_key,
        named_by_facts.location_id,
        cast(null as varchar(256)) as location_name,
        -1 as store_key,
        -1 as geography_key,
        true as is_inferred
    from named_by_facts
    left join int_stock__apply_locations as locations
        on named_by_facts.location_id = locations.location_id
    where
        named_by_facts.location_id is not null
        and locations.location_id is null

    union all

    select
        member_key as location_key,
        cast(null as varchar(64)) as location_id,
        member_name as location_name,
        member_key as store_key,
        member_key as geography_key,
        false as is_inferred
    from {{ missing_members() }}
),

dim_location as (
    select
        {{ hash_key(['location_id']) }} as location_key,
        location_id,
        location_name,
        location_type,
        {{ member_key('store_id', hash_key(['store_id']), missing=-2) }} as store_key,
        {{ geography_key('country_code', 'region', 'city') }} as geography_key,
        country_code,
        region,
        city,
        time_zone,
        storage_area_m2,
        is_active,
        false as is_inferred
    from int_stock__apply_locations

    union all

    select
        location_key,
        location_id,
        location_name,
        cast(null as varchar(32)) as location_type,
        store_key,
        geography_key,
        cast(null as varchar(2)) as country_code,
        cast(null as varchar(128)) as region,
        cast(null as varchar(128)) as city,
        cast(null as varchar(64)) as time_zone,
        cast(null as integer) as storage_area_m2,
        cast(null as boolean) as is_active,
        is_inferred
    from bare
)

select * from dim_location
