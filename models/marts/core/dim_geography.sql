-- One row is one place that orders, returns or stores name: country, region and city as far as known. The
-- same places serve as ship-to and as place of sale. Contains the members -1 unknown and -2 not applicable.
{{ config(
    unique_key='geography_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'int_orders__unite_orders': {
                    'mentions': {'country_code': 'country_code', 'region': 'region', 'city': 'city'},
                },
                'int_returns__unite_lines': {
                    'mentions': {'country_code': 'country_code', 'region': 'region', 'city': 'city'},
                },
                'int_stores__apply_changes': {
                    'mentions': {'country_code': 'country_code', 'region': 'region', 'city': 'city'},
                },
            },
            'log': ['country_code'],
        },
        'physical_reason': {
            'dist': 'Facts lie by order: it would move in every join. Under 3 million rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
    where {{ is_affected() }}
),

int_returns__unite_lines as (
    select * from {{ ref('int_returns__unite_lines') }}
    where {{ is_affected() }}
),

int_stores__apply_changes as (
    select * from {{ ref('int_stores__apply_changes') }}
    where {{ is_affected() }}
),

countries as (
    select * from {{ ref('countries') }}
),

named as (
    select
        country_code,
        region,
        city
    from int_orders__unite_orders

    union

    select
        country_code,
        region,
        city
    from int_returns__unite_lines

    union

    select
        country_code,
        region,
        city
    from int_stores__apply_changes
),

-- Of several spellings one is shown, the first by code point.
places as (
    select
        {{ geography_key('country_code', 'region', 'city') }} as geography_key,
        country_code,
        min(region) as region,
        min(city) as city
    from named
    group by {{ geography_key('country_code', 'region', 'city') }}, country_code
),

dim_geography as (
    select
        places.geography_key,
        places.country_code,
        countries.country_name,
        places.region,
        places.city,
        countries.market_region,
        countries.continent,
        countries.currency_code,
        countries.time_zone
    from places
    left join countries
        on places.country_code = countries.country_code
    where places.geography_key != -1

    union all

    select
        member_key as geography_key,
        cast(null as varchar(2)) as country_code,
        member_name as country_name,
        cast(null as varchar(128)) as region,
        cast(null as varchar(128)) as city,
        member_name as market_region,
        cast(null as varchar(32)) as continent,
        cast(null as varchar(3)) as currency_code,
        cast(null as varchar(64)) as time_zone
    from {{ missing_members() }}
)

select * from dim_geography
