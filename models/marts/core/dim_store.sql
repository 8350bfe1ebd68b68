-- One row is one physical store as last known (type 1). Contains an inferred member for every store that only
-- receipts or stock rooms name, and the members -1 unknown and -2 not applicable (sales without a store).
{{ config(
    unique_key='store_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'int_stores__apply_changes': 'all',
                'int_stores__place_receipt_lines': {
                    'mentions': {'store_id': 'store_id'},
                    'lost': 'is_inferred',
                },
                'int_stock__apply_locations': {
                    'mentions': {'store_id': 'store_id'},
                    'lost': 'is_inferred',
                },
            },
        },
        'physical_reason': {
            'dist': 'Facts lie by order: it would move in every join. Thousands of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_stores__apply_changes as (
    select * from {{ ref('int_stores__apply_changes') }}
    where {{ is_affected() }}
),

int_stores__place_receipt_lines as (
    select * from {{ ref('int_stores__place_receipt_lines') }}
    where {{ is_affected() }}
),

int_stock__apply_locations as (
    select * from {{ ref('int_stock__apply_locations') }}
    where {{ is_affected() }}
),

named_by_others as (
    select store_id from int_stores__place_receipt_lines

    union

    select store_id from int_stock__apply_locations
),

inferred as (
    select named_by_others.store_id
    from named_by_others
    left join int_stores__apply_changes as stores
        on named_by_others.store_id = stores.store_id
    where
        named_by_others.store_id is not null
        and stores.store_id is null
),

bare as (
    select
        {{ hash_key(['store_id']) }} as store_key,
        store_id,
        cast(null as varchar(256)) as store_name,
        -1 as geography_key,
        true as is_inferred
    from inferred

    union all

    select
        member_key as store_key,
        cast(null as varchar(64)) as store_id,
        member_name as store_name,
        member_key as geography_key,
        false as is_inferred
    from {{ missing_members() }}
),

dim_store as (
    select
        {{ hash_key(['store_id']) }} as store_key,
        store_id,
        store_name,
        store_format,
        {{ geography_key('country_code', 'region', 'city') }} as geography_key,
        country_code,
        region,
        city,
        time_zone,
        currency_code,
        floor_area_m2,
        opened_date,
        closed_date,
        false as is_inferred
    from int_stores__apply_changes

    union all

    select
        store_key,
        store_id,
        store_name,
        cast(null as varchar(32)) as store_format,
        geography_key,
        cast(null as varchar(2)) as country_code,
        cast(null as varchar(128)) as region,
        cast(null as varchar(128)) as city,
        cast(null as varchar(64)) as time_zone,
        cast(null as varchar(3)) as currency_code,
        cast(null as integer) as floor_area_m2,
        cast(null as date) as opened_date,
        cast(null as date) as closed_date,
        is_inferred
    from bare
)

select * from dim_store
