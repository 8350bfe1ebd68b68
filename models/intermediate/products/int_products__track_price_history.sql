-- One row is one version of what the shop's catalogue says of the price of a product: price, currency, main
-- supplier or whether it is on sale changed, or the product was deleted. Contains every product ever seen in
-- the shop. Changes of name, description or category make no version. Read by fct_product_price,
-- dim_supplier and dim_currency.
{{ config(
    unique_key=['product_id', 'valid_from'],
    meta={'recompute': {
        'by': 'product_id',
        'after': {
            'stg_shop__products': {'key': 'product_id', 'all_when': '_is_reload'},
        },
        'log': ['supplier_id', 'currency_code'],
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

-- Of all keys: a reload says of a key that it is gone by not holding it.
reloads as (
    {{ reload_checkpoints(ref('stg_shop__products')) | indent(4) }}
),

int_products__track_price_history as (
    {{ change_history(
        'stg_shop__products',
        key='product_id',
        tracked=['list_price', 'currency_code', 'supplier_id', 'is_active'],
        reloads='reloads'
    ) | indent(4) }}
)

select * from int_products__track_price_history
