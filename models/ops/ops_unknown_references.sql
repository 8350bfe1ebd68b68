-- One row is one value that records of one entity refer to and that is not there (yet): an inferred member of
-- a dimension, or an order, payment or contact that records wait for, with how many records name it and since
-- when. Nothing was refused for it: it heals in the run in which what it names comes, and the row goes then.
-- Shows what to ask which source for.

{#- The column that holds what the records call the member. -#}
{%- set members = {
    'campaign': ['dim_campaign', 'campaign_id'],
    'campaign_tag': ['dim_campaign', 'utm_campaign'],
    'carrier': ['dim_carrier', 'carrier_code'],
    'category': ['dim_category', 'category_id'],
    'channel': ['dim_channel', 'channel_code'],
    'currency': ['dim_currency', 'currency_code'],
    'customer': ['dim_customer_current', 'customer_id'],
    'location': ['dim_location', 'location_id'],
    'payment_method': ['dim_payment_method', 'payment_method_code'],
    'product': ['dim_product', 'product_id'],
    'promotion': ['dim_promotion', 'promotion_id'],
    'return_reason': ['dim_return_reason', 'reason_code'],
    'store': ['dim_store', 'store_id'],
    'supplier': ['dim_supplier', 'supplier_id'],
} %}
{#- What has no dimension: who refers to what, and by which column of both. A list of interactions replaces
    the former, so what the fact no longer names nobody waits for. -#}
{%- set waiting = [
    ['contact', 'fct_interactions', 'stg_crm__contacts', 'contact_id'],
    ['order', 'stg_payments__transactions', 'int_orders__unite_orders', 'order_id'],
    ['order', 'stg_shipping__events', 'int_orders__unite_orders', 'order_id'],
    ['payment', 'stg_payments__settlements', 'stg_payments__transactions', 'payment_id'],
] %}
{#- The columns of records that name a value; products of the web are below. -#}
{%- set records = {
    'campaign': {'stg_marketing__ad_spend': 'campaign_id'},
    'campaign_tag': {'stg_web__events': 'utm_campaign'},
    'carrier': {'stg_shipping__events': 'carrier_code'},
    'category': {'stg_shop__products': 'category_id'},
    'channel': {'stg_shop__orders': 'channel_code', 'stg_shop__returns': 'channel_code'},
    'contact': {'stg_crm__interactions': 'contact_id'},
    'currency': {
        'stg_marketing__ad_spend': 'currency_code',
        'stg_payments__settlements': 'currency_code',
        'stg_payments__transactions': 'currency_code',
        'stg_shop__orders': 'currency_code',
        'stg_shop__products': 'currency_code',
        'stg_shop__returns': 'currency_code',
        'stg_shop__stores': 'currency_code',
    },
    'customer': {
        'stg_pos__sales': 'customer_id',
        'stg_shop__orders': 'customer_id',
        'stg_shop__returns': 'customer_id',
        'stg_web__events': 'customer_id',
    },
    'location': {
        'stg_shipping__events': 'location_id',
        'stg_shop__inventory_movements': 'location_id',
        'stg_shop__opening_stock': 'location_id',
    },
    'order': {'stg_payments__transactions': 'order_id', 'stg_shipping__events': 'order_id'},
    'payment': {'stg_payments__settlements': 'payment_id'},
    'payment_method': {'stg_payments__transactions': 'payment_method'},
    'product': {
        'stg_pos__sales': 'product_code',
        'stg_shop__inventory_movements': 'product_id',
        'stg_shop__opening_stock': 'product_id',
        'stg_shop__order_items': 'product_id',
        'stg_shop__return_items': 'product_id',
    },
    'promotion': {'stg_shop__order_item_promotions': 'promotion_id'},
    'return_reason': {'stg_shop__return_items': 'reason_code'},
    'store': {'stg_pos__sales': 'store_id', 'stg_shop__locations': 'store_id'},
    'supplier': {
        'stg_shop__order_items': 'supplier_id',
        'stg_shop__products': 'supplier_id',
        'stg_supplier__price_list': 'supplier_id',
    },
} %}
{%- set imports = [
    'fct_interactions', 'int_orders__unite_orders', 'int_web__explode_items', 'stg_crm__contacts',
] %}
{%- for dimension, _ in members.values() if dimension not in imports %}
{%- do imports.append(dimension) %}
{%- endfor %}
{%- for places in records.values() %}
{%- for name in places if name not in imports %}
{%- do imports.append(name) %}
{%- endfor %}
{%- endfor %}

with

landed_objects as (
    select * from {{ source('control', 'landed_objects') }}
),

{% for name in imports | sort -%}
{{ name }} as (
    select * from {{ ref(name) }}
),

{% endfor -%}
-- One record of the web may have a product in several items.
web_products as (
    select distinct
        items.event_id,
        items.product_id,
        events._file
    from int_web__explode_items as items
    inner join stg_web__events as events
        on items.event_id = events.event_id
),

unknown_values as (
    {%- for reference_type, place in members.items() %}
    select
        '{{ reference_type }}' as reference_type,
        cast({{ place[1] }} as varchar(256)) as reference_value
    from {{ place[0] }}
    where
        is_inferred
        and {{ place[1] }} is not null

    union
    {% endfor %}
    {%- for reference_type, referring, referred, column in waiting %}
    select
        '{{ reference_type }}' as reference_type,
        cast(referring.{{ column }} as varchar(256)) as reference_value
    from {{ referring }} as referring
    left join {{ referred }} as referred
        on referring.{{ column }} = referred.{{ column }}
    where
        referring.{{ column }} is not null
        and referred.{{ column }} is null
    {%- if not loop.last %}

    union
    {% endif %}
    {%- endfor %}
),

referring_records as (
    {%- for reference_type, places in records.items() %}
    {%- for name, column in places.items() %}
    select
        '{{ reference_type }}' as reference_type,
        cast({{ column }} as varchar(256)) as reference_value,
        _file
    from {{ name }}

    union all
    {% endfor %}
    {%- endfor %}
    select
        'product' as reference_type,
        cast(product_id as varchar(256)) as reference_value,
        _file
    from web_products
),

-- A value that no record names would have no source: a test finds it.
ops_unknown_references as (
    select
        landed_objects.source_name,
        landed_objects.entity_name,
        unknown_values.reference_type,
        unknown_values.reference_value,
        count(*) as record_count,
        cast(min(landed_objects.landed_at) as date) as first_landed_date
    from unknown_values
    left join referring_records
        on
            unknown_values.reference_type = referring_records.reference_type
            and unknown_values.reference_value = referring_records.reference_value
    left join landed_objects
        on referring_records._file = landed_objects.file
    group by
        landed_objects.source_name,
        landed_objects.entity_name,
        unknown_values.reference_type,
        unknown_values.reference_value
)

select * from ops_unknown_references
