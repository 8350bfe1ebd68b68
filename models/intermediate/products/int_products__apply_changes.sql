-- One row is one product as last known, deleted ones included: their sales remain. Read by dim_product and
-- int_stores__place_receipt_lines.
{{ config(
    unique_key='product_id',
    meta={'recompute': {
        'by': 'product_id',
        'after': {
            'stg_shop__products': 'product_id',
        },
        'log': ['product_code'],
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__products as (
    select * from {{ ref('stg_shop__products') }}
    where {{ is_affected('product_id') }}
),

latest as (
    {{ latest_change('stg_shop__products', key='product_id', before_delete=true) | indent(4) }}
),

int_products__apply_changes as (
    select
        product_id,
        sku,
        upper(replace(sku, ' ', '')) as product_code,
        product_name,
        product_description,
        category_id,
        supplier_id,
        brand,
        list_price,
        currency_code,
        is_active
    from latest
)

select * from int_products__apply_changes
