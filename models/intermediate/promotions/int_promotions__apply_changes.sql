-- One row is one promotion as last known, deleted ones included: what they gave remains.
-- Read by dim_promotion.
{{ config(
    unique_key='promotion_id',
    meta={'recompute': {
        'by': 'promotion_id',
        'after': {
            'stg_shop__promotions': 'promotion_id',
        },
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__promotions as (
    select * from {{ ref('stg_shop__promotions') }}
    where {{ is_affected('promotion_id') }}
),

latest as (
    {{ latest_change('stg_shop__promotions', key='promotion_id', before_delete=true) | indent(4) }}
),

int_promotions__apply_changes as (
    select
        promotion_id,
        promotion_name,
        promotion_type,
        coupon_code,
        discount_rate,
        starts_at,
        ends_at,
        is_combinable
    from latest
)

select * from int_promotions__apply_changes
