{{ config(
    unique_key=['product_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'product_id',
        'after': {'bronze_shop__products': trimmed('product_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__products as (
    select * from {{ ref('bronze_shop__products') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('product_id')) }}
),

standardised as (
    select
        nullif(trim(product_id), '') as product_id,
        nullif(trim(sku), '') as sku,
        nullif(trim(product_name), '') as product_name,
        nullif(trim(product_description), '') as product_description,
        nullif(trim(category_id), '') as category_id,
        nullif(trim(supplier_id), '') as supplier_id,
        nullif(trim(brand), '') as brand,
        list_price,
        upper(nullif(trim(currency_code), '')) as currency_code,
        is_active,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__products
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'products') | indent(8) }} as _copy
    from standardised
),

stg_shop__products as (
    select
        product_id,
        sku,
        product_name,
        product_description,
        category_id,
        supplier_id,
        brand,
        list_price,
        currency_code,
        is_active,

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

select * from stg_shop__products
