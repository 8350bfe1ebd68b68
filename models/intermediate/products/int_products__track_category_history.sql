-- One row is one version of a product: its category changed, or it was deleted. Contains every product ever
-- seen in the shop. Changes of name, description or price make no version. Read by dim_product.
{{ config(
    unique_key=['product_id', 'valid_from'],
    meta={'recompute': {
        'by': 'product_id',
        'after': {
            'stg_shop__products': {'key': 'product_id', 'all_when': '_is_reload'},
        },
        'log': ['category_id'],
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

int_products__track_category_history as (
    {{ change_history(
        'stg_shop__products',
        key='product_id',
        tracked=['category_id'],
        reloads='reloads'
    ) | indent(4) }}
)

select * from int_products__track_category_history
