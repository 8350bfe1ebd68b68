-- One row is an interval in which a customer's primary address stayed the same. Leaves out intervals without
-- a primary address. Where several addresses claim to be primary, the one that became so last counts. Read by
-- int_customers__merge_history. An address can move: a change of it concerns every customer it ever had.
{{ config(
    unique_key=['customer_id', 'valid_from'],
    meta={'recompute': {
        'by': 'customer_id',
        'after': {
            'stg_shop__customer_addresses': [
                {'key': 'customer_id', 'all_when': '_is_reload'},
                {
                    'through': 'stg_shop__customer_addresses',
                    'match': {'address_id': 'address_id'},
                    'gives': 'customer_id',
                },
            ],
        },
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

addresses_of_affected as (
    select address_id from {{ ref('stg_shop__customer_addresses') }}
    where {{ is_affected('customer_id') }}
),

-- Every change of every address that an affected customer ever had.
stg_shop__customer_addresses as (
    select * from {{ ref('stg_shop__customer_addresses') }}
    where address_id in (select addresses_of_affected.address_id from addresses_of_affected)
),

-- Of all keys: a reload says of a key that it is gone by not holding it.
reloads as (
    {{ reload_checkpoints(ref('stg_shop__customer_addresses')) | indent(4) }}
),

address_history as (
    {{ change_history(
        'stg_shop__customer_addresses',
        key='address_id',
        tracked=['customer_id', 'street', 'postal_code', 'city', 'region', 'country_code', 'is_primary'],
        reloads='reloads'
    ) | indent(4) }}
),

-- The change that brought an address: address_history begins at 1900-01-01 instead, as every history does.
arrivals as (
    select
        address_id,
        _changed_at as arrived_at,
        row_number() over (
            partition by address_id order by _change_seq asc nulls first, _is_reload asc nulls first
        ) as change_number
    from stg_shop__customer_addresses
    where _op != 'D'
),

primary_since as (
    select
        address_history.*,
        case
            when address_history.valid_from = cast('1900-01-01' as timestamp) then arrivals.arrived_at
            else address_history.valid_from
        end as primary_from
    from address_history
    inner join arrivals
        on
            address_history.address_id = arrivals.address_id
            and arrivals.change_number = 1
    where
        address_history.is_primary
        and not address_history.is_deleted
        and {{ is_affected('address_history.customer_id') }}
),

-- Only a customer's first address reaches back to 1900-01-01; one that comes later must not rewrite the time
-- before it.
primary_intervals as (
    select
        *,
        case
            when primary_from = min(primary_from) over (partition by customer_id) then valid_from
            else primary_from
        end as starts_at
    from primary_since
),

-- Every moment at which the answer to "which address?" may change.
change_points as (
    select
        customer_id,
        starts_at as point_at
    from primary_intervals

    union

    select
        customer_id,
        valid_to as point_at
    from primary_intervals
    where valid_to < cast('9999-12-31' as timestamp)
),

candidates as (
    select
        change_points.customer_id,
        change_points.point_at,
        primary_intervals.address_id,
        primary_intervals.street,
        primary_intervals.postal_code,
        primary_intervals.city,
        primary_intervals.region,
        primary_intervals.country_code,
        row_number() over (
            partition by change_points.customer_id, change_points.point_at
            order by primary_intervals.starts_at desc nulls last, primary_intervals.address_id asc nulls last
        ) as preference
    from change_points
    left join primary_intervals
        on
            change_points.customer_id = primary_intervals.customer_id
            and change_points.point_at >= primary_intervals.starts_at
            and change_points.point_at < primary_intervals.valid_to
),

preferred as (
    select
        *,
        lead(point_at) over (partition by customer_id order by point_at asc nulls last) as next_point_at
    from candidates
    where preference = 1
),

int_customers__track_primary_address as (
    select
        customer_id,
        address_id,
        street,
        postal_code,
        city,
        region,
        country_code,
        point_at as valid_from,
        coalesce(next_point_at, cast('9999-12-31' as timestamp)) as valid_to
    from preferred
    where address_id is not null
)

select * from int_customers__track_primary_address
