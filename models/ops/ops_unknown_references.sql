-- One row is one value that facts refer to and that no record of its own source has brought (yet): an
-- inferred member of a dimension, or an order or payment that a fact waits for. Nothing was refused for it:
-- it heals in the run in which the record comes, and the row goes then. Shows what to ask which source for.

{%- set dimensions = {
    'dim_campaign': 'campaign_id',
    'dim_carrier': 'carrier_code',
    'dim_category': 'category_id',
    'dim_channel': 'channel_code',
    'dim_currency': 'currency_code',
    'dim_customer_current': 'customer_id',
    'dim_location': 'location_id',
    'dim_payment_method': 'payment_method_code',
    'dim_product': 'coalesce(product_id, sku)',
    'dim_promotion': 'promotion_id',
    'dim_return_reason': 'reason_code',
    'dim_store': 'store_id',
    'dim_supplier': 'supplier_id',
} %}
{%- set facts = {
    'fct_payments': ['order', 'order_id', 'is_order_known'],
    'fct_settlements': ['payment', 'payment_id', 'is_payment_known'],
    'fct_shipments': ['order', 'order_id', 'is_order_known'],
} %}

with

{% for dimension, value in dimensions.items() -%}
{{ dimension }} as (
    select distinct
        '{{ dimension }}' as model_name,
        '{{ dimension | replace('dim_', '') | replace('_current', '') }}' as reference_type,
        cast({{ value }} as varchar(256)) as reference_value
    from {{ ref(dimension) }}
    where is_inferred
),

{% endfor -%}
{% for fact, columns in facts.items() -%}
{{ fact }} as (
    select distinct
        '{{ fact }}' as model_name,
        '{{ columns[0] }}' as reference_type,
        cast({{ columns[1] }} as varchar(256)) as reference_value
    from {{ ref(fact) }}
    where not {{ columns[2] }}
),

{% endfor -%}
ops_unknown_references as (
    {%- for name in (dimensions.keys() | list) + (facts.keys() | list) %}
    select * from {{ name }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from ops_unknown_references
