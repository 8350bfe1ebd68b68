{{ config(
    unique_key=['promotion_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'promotion_id',
        'after': {'bronze_shop__promotions': trimmed('promotion_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__promotions as (
    select * from {{ ref('bronze_shop__promotions') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('promotion_id')) }}
),

standardised as (
    select
        nullif(trim(promotion_id), '') as promotion_id,
        nullif(trim(promotion_name), '') as promotion_name,
        lower(nullif(trim(promotion_type), '')) as promotion_type,
        nullif(trim(coupon_code), '') as coupon_code,
        discount_rate,
        starts_at,
        ends_at,
        is_combinable,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__promotions
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'promotions') | indent(8) }} as _copy
    from standardised
),

stg_shop__promotions as (
    select
        promotion_id,
        promotion_name,
        promotion_type,
        coupon_code,
        discount_rate,
        starts_at,
        ends_at,
        is_combinable,

        ---------- lineage metadata
        _op,
        _change_seq,
        _is_reload,
        _changed_at,
        _file,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_shop__promotions
