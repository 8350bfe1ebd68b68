-- One row is one carrier. Contains an inferred member for every code that events name and the seed lacks, so
-- that no shipment loses its carrier, and the members -1 unknown and -2 not applicable.
{{ config(
    unique_key='carrier_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'stg_shipping__events': {
                    'mentions': {'carrier_code': 'carrier_code'},
                    'lost': 'is_inferred',
                },
            },
        },
        'physical_reason': {
            'dist': 'Shipments lie by order: it would move in every join. A handful of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

carriers as (
    select * from {{ ref('carriers') }}
),

stg_shipping__events as (
    select * from {{ ref('stg_shipping__events') }}
    where {{ is_affected() }}
),

inferred as (
    select distinct events.carrier_code
    from stg_shipping__events as events
    left join carriers
        on events.carrier_code = carriers.carrier_code
    where carriers.carrier_code is null
),

dim_carrier as (
    select
        {{ hash_key(['carrier_code']) }} as carrier_key,
        carrier_code,
        carrier_name,
        is_last_mile,
        false as is_inferred
    from carriers

    union all

    select
        {{ hash_key(['carrier_code']) }} as carrier_key,
        carrier_code,
        carrier_code as carrier_name,
        cast(null as boolean) as is_last_mile,
        true as is_inferred
    from inferred

    union all

    select
        member_key as carrier_key,
        cast(null as varchar(32)) as carrier_code,
        member_name as carrier_name,
        cast(null as boolean) as is_last_mile,
        false as is_inferred
    from {{ missing_members() }}
)

select * from dim_carrier
