{{ config(
    unique_key=['order_item_promotion_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'order_item_promotion_id',
        'after': {'bronze_shop__order_item_promotions': trimmed('order_item_promotion_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__order_item_promotions as (
    select * from {{ ref('bronze_shop__order_item_promotions') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('order_item_promotion_id')) }}
),

standardised as (
    select
        nullif(trim(order_item_promotion_id), '') as order_item_promotion_id,
        nullif(trim(order_item_id), '') as order_item_id,
        nullif(trim(promotion_id), '') as promotion_id,
        discount_amount,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__order_item_promotions
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'order_item_promotions') | indent(8) }} as _copy
    from standardised
),

stg_shop__order_item_promotions as (
    select
        order_item_promotion_id,
        order_item_id,
        promotion_id,
        discount_amount,

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

select * from stg_shop__order_item_promotions
