-- One row is one version of a customer: account and primary address as they were together from valid_from
-- until valid_to. A version begins when either changes; one that differs in nothing is left out. Read by
-- dim_customer.
{{ config(
    unique_key=['customer_id', 'valid_from'],
    meta={'recompute': {
        'by': 'customer_id',
        'after': {
            'int_customers__track_account_history': 'customer_id',
            'int_customers__track_primary_address': 'customer_id',
        },
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

int_customers__track_account_history as (
    select * from {{ ref('int_customers__track_account_history') }}
    where {{ is_affected('customer_id') }}
),

int_customers__track_primary_address as (
    select * from {{ ref('int_customers__track_primary_address') }}
    where {{ is_affected('customer_id') }}
),

change_points as (
    select
        customer_id,
        valid_from as point_at
    from int_customers__track_account_history

    union

    select
        customer_id,
        valid_from as point_at
    from int_customers__track_primary_address

    union

    select
        customer_id,
        valid_to as point_at
    from int_customers__track_primary_address
    where valid_to < cast('9999-12-31' as timestamp)
),

-- An address without an account is no customer: the join to the account drops its points.
states as (
    select
        change_points.customer_id,
        change_points.point_at,
        account.segment,
        account.country_code,
        account.has_marketing_consent,
        account.is_deleted,
        address.street,
        address.postal_code,
        address.city as address_city,
        address.region as address_region,
        address.country_code as address_country_code,
        {{ hash_key([
            'account.segment', 'account.country_code',
            "case account.has_marketing_consent when true then 'yes' when false then 'no' end",
            "case when account.is_deleted then 'yes' else 'no' end",
            'address.street', 'address.postal_code', 'address.city', 'address.region', 'address.country_code',
        ]) }} as state_hash
    from change_points
    inner join int_customers__track_account_history as account
        on
            change_points.customer_id = account.customer_id
            and change_points.point_at >= account.valid_from
            and change_points.point_at < account.valid_to
    left join int_customers__track_primary_address as address
        on
            change_points.customer_id = address.customer_id
            and change_points.point_at >= address.valid_from
            and change_points.point_at < address.valid_to
),

compared as (
    select
        *,
        lag(state_hash) over (partition by customer_id order by point_at asc nulls first) as previous_hash
    from states
),

versions as (
    select
        *,
        lead(point_at) over (partition by customer_id order by point_at asc nulls first) as next_point_at
    from compared
    where
        previous_hash is null
        or previous_hash != state_hash
),

int_customers__merge_history as (
    select
        customer_id,
        segment,
        country_code,
        has_marketing_consent,
        is_deleted,
        street,
        postal_code,
        address_city,
        address_region,
        address_country_code,
        point_at as valid_from,
        coalesce(next_point_at, cast('9999-12-31' as timestamp)) as valid_to,
        next_point_at is null as is_current
    from versions
)

select * from int_customers__merge_history
