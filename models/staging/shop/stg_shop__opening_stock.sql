{{ config(
    unique_key=['product_id', 'location_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'stock_key',
        'after': {'bronze_shop__opening_stock': trimmed('product_id') ~ " || '|' || " ~ trimmed('location_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__opening_stock as (
    select * from {{ ref('bronze_shop__opening_stock') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('product_id') ~ " || '|' || " ~ trimmed('location_id')) }}
),

standardised as (
    select
        nullif(trim(product_id), '') || '|' || nullif(trim(location_id), '') as stock_key,
        nullif(trim(product_id), '') as product_id,
        nullif(trim(location_id), '') as location_id,
        quantity,
        counted_at,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__opening_stock
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'opening_stock') | indent(8) }} as _copy
    from standardised
),

stg_shop__opening_stock as (
    select
        cast(stock_key as varchar(160)) as stock_key,
        product_id,
        location_id,
        quantity,
        counted_at,

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

select * from stg_shop__opening_stock
