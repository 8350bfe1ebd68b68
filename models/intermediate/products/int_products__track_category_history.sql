-- One row is one version of a product: its category changed, or it was deleted. Contains every product ever
-- seen in the shop. Changes of name, description or price make no version. Read by dim_product.

with

stg_shop__products as (
    select * from {{ ref('stg_shop__products') }}
),

int_products__track_category_history as (
    {{ change_history('stg_shop__products', key='product_id', tracked=['category_id']) | indent(4) }}
)

select * from int_products__track_category_history
