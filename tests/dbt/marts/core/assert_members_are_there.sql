-- Guards that every dimension has the members -1 (unknown) and -2 (not applicable), without which facts would lose rows in
-- inner joins the first time that something is missing.

{% set dimensions = {
    'dim_category': 'category_key', 'dim_channel': 'channel_key', 'dim_currency': 'currency_key',
    'dim_customer': 'customer_key', 'dim_date': 'date_key', 'dim_geography': 'geography_key',
    'dim_payment_method': 'payment_method_key', 'dim_product': 'product_key', 'dim_store': 'store_key',
    'dim_supplier': 'supplier_key',
} %}

with

members as (
    {%- for dimension, key in dimensions.items() %}
    select
        '{{ dimension }}' as dimension,
        (select count(*) from {{ ref(dimension) }} where {{ key }} in (-1, -2)) as member_count
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select *
from members
where member_count != 2
