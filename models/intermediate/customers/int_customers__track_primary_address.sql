-- One row is an interval in which a customer's primary address stayed the same.
-- Leaves out intervals without a primary address. Where several addresses claim to be primary, the one that became so
-- last counts. Read by int_customers__merge_history.

with

stg_shop__customer_addresses as (
    select * from {{ ref('stg_shop__customer_addresses') }}
),

address_history as (
    {{ change_history(
        'stg_shop__customer_addresses',
        key='address_id',
        tracked=['customer_id', 'street', 'postal_code', 'city', 'region', 'country_code', 'is_primary']
    ) | indent(4) }}
),

primary_intervals as (
    select *
    from address_history
    where
        is_primary
        and not is_deleted
),

-- Every moment at which the answer to "which address?" may change.
change_points as (
    select
        customer_id,
        valid_from as point_at
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
            order by primary_intervals.valid_from desc nulls last, primary_intervals.address_id asc nulls last
        ) as preference
    from change_points
    left join primary_intervals
        on
            change_points.customer_id = primary_intervals.customer_id
            and change_points.point_at >= primary_intervals.valid_from
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
