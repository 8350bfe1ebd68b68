{{ config(
    unique_key=['return_item_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'return_item_id',
        'after': {'bronze_shop__return_items': trimmed('return_item_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__return_items as (
    select * from {{ ref('bronze_shop__return_items') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('return_item_id')) }}
),

standardised as (
    select
        nullif(trim(return_item_id), '') as return_item_id,
        nullif(trim(return_id), '') as return_id,
        line_number,
        lower(nullif(trim(line_type), '')) as line_type,
        nullif(trim(order_item_id), '') as order_item_id,
        nullif(trim(product_id), '') as product_id,
        nullif(trim(line_description), '') as line_description,
        quantity,
        unit_price,
        refund_amount,
        lower(nullif(trim(reason_code), '')) as reason_code,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__return_items
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'return_items') | indent(8) }} as _copy
    from standardised
),

stg_shop__return_items as (
    select
        return_item_id,
        return_id,
        line_number,
        line_type,
        order_item_id,
        product_id,
        line_description,
        quantity,
        unit_price,
        refund_amount,
        reason_code,

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

select * from stg_shop__return_items
