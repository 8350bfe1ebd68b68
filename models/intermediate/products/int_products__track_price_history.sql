-- One row is an interval in which a product's catalogue price stayed the same. Contains every product ever seen in the
-- shop; intervals after a delete are marked. Read by fct_product_price.

with

stg_shop__products as (
    select * from {{ ref('stg_shop__products') }}
),

int_products__track_price_history as (
    {{ change_history(
        'stg_shop__products', key='product_id', tracked=['supplier_id', 'list_price', 'currency_code']
    ) | indent(4) }}
)

select * from int_products__track_price_history
