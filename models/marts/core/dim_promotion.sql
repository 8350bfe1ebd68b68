-- One row is one promotion of the web shop as last known (type 1). Contains an inferred member for every
-- promotion that only discounts name, and the members -1 unknown and -2 not applicable.
{{ config(
    unique_key='promotion_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'int_promotions__apply_changes': 'all',
                'int_promotions__apply_grants': {
                    'mentions': {'promotion_id': 'promotion_id'},
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

int_promotions__apply_changes as (
    select * from {{ ref('int_promotions__apply_changes') }}
    where {{ is_affected() }}
),

int_promotions__apply_grants as (
    select * from {{ ref('int_promotions__apply_grants') }}
    where {{ is_affected() }}
),

bare as (
    select distinct
        {{ hash_key(['given.promotion_id']) }} as promotion_key,
        given.promotion_id,
        cast(null as varchar(256)) as promotion_name,
        true as is_inferred
    from int_promotions__apply_grants as given
    left join int_promotions__apply_changes as promotions
        on given.promotion_id = promotions.promotion_id
    where promotions.promotion_id is null

    union all

    select
        member_key as promotion_key,
        cast(null as varchar(64)) as promotion_id,
        member_name as promotion_name,
        false as is_inferred
    from {{ missing_members() }}
),

dim_promotion as (
    select
        {{ hash_key(['promotion_id']) }} as promotion_key,
        promotion_id,
        promotion_name,
        promotion_type,
        coupon_code,
        discount_rate,
        starts_at,
        ends_at,
        is_combinable,
        false as is_inferred
    from int_promotions__apply_changes

    union all

    select
        promotion_key,
        promotion_id,
        promotion_name,
        cast(null as varchar(32)) as promotion_type,
        cast(null as varchar(64)) as coupon_code,
        cast(null as decimal(18, 6)) as discount_rate,
        cast(null as timestamp) as starts_at,
        cast(null as timestamp) as ends_at,
        cast(null as boolean) as is_combinable,
        is_inferred
    from bare
)

select * from dim_promotion
