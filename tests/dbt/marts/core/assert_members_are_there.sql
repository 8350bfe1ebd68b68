-- Guards that every dimension has the members -1 (unknown) and -2 (not applicable), without which facts would
-- lose rows in inner joins the first time that something is missing.

{% set dimensions = {
    'dim_category': 'category_key', 'dim_channel': 'channel_key', 'dim_currency': 'currency_key',
    'dim_customer': 'customer_key', 'dim_date': 'date_key', 'dim_geography': 'geography_key',
    'dim_payment_method': 'payment_method_key', 'dim_product': 'product_key', 'dim_store': 'store_key',
    'dim_supplier': 'supplier_key',
} %}

with

{% for dimension, key in dimensions.items() %}
    {{ dimension }} as (
        select {{ key }} as member_key
        from {{ ref(dimension) }}
        where {{ key }} in (-1, -2)
    ),

{% endfor %}

members as (
    {% for dimension in dimensions %}
        select
            '{{ dimension }}' as dimension,
            count(*) as member_count
        from {{ dimension }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

assert_members_are_there as (
    select *
    from members
    where member_count != 2
)

select * from assert_members_are_there
