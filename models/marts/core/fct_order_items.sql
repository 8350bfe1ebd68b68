-- One row is one line sold, web or store, whatever its type (sale, fee, adjustment, free, bad debt).
-- Contains lines whose order has not arrived (is_order_known = false). What came back is in fct_returns.
{{ config(
    unique_key='order_item_id',
    dist='order_id',
    sort=['order_date', 'product_key'],
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'int_orders__value_lines': 'order_id',
                'dim_customer': {
                    'through': 'this',
                    'match': {'customer_durable_key': 'customer_durable_key'},
                    'at': 'ordered_at',
                    'reads': [],
                },
                'dim_product': {
                    'through': 'this',
                    'match': {'product_durable_key': 'product_durable_key'},
                    'at': "coalesce(ordered_at, cast('9999-12-30' as timestamp))",
                    'reads': [],
                },
            },
            'log': ['order_date_key'],
        },
        'physical_reason': {
            'dist': 'Never null, never changes, shared with payments; anonymous sales have no customer.',
            'sort': 'Most queries bound the date, then name products.',
            'encode': 'Columns of a few hundred values at most: a dictionary of one byte each.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_orders__value_lines as (
    select * from {{ ref('int_orders__value_lines') }}
    where {{ is_affected('order_id', of='int_orders__value_lines') }}
),

dim_customer as (
    select * from {{ ref('dim_customer') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

-- Each line meets the version of its customer and product that was valid when it was ordered.
keyed as (
    select
        sold.*,
        customers.customer_key as found_customer_key,
        products.product_key as found_product_key
    from int_orders__value_lines as sold
    left join dim_customer as customers
        on
            sold.customer_id = customers.customer_id
            and sold.ordered_at >= customers.valid_from
            and sold.ordered_at < customers.valid_to
    left join dim_product as products
        on
            sold.product_id = products.product_id
            and coalesce(sold.ordered_at, cast('9999-12-30' as timestamp)) >= products.valid_from
            and coalesce(sold.ordered_at, cast('9999-12-30' as timestamp)) < products.valid_to
),

fct_order_items as (
    select
        ---------- keys
        order_item_id,
        order_id,
        source_system,

        ---------- foreign keys
        {{ member_key('order_date', calendar_key('order_date')) }} as order_date_key,
        {{ member_key('customer_id', 'found_customer_key') }} as customer_key,
        {{ member_key('customer_id', hash_key(['customer_id'])) }} as customer_durable_key,
        -- The key of the card's record in bridge_customer_records, which knows the holder.
        {{ member_key('loyalty_card_number', hash_key(["'loyalty:' || loyalty_card_number"]), missing=-2) }}
            as loyalty_card_key,
        {{ member_key('product_id', 'found_product_key', missing=-2) }} as product_key,
        {{ member_key('product_id', hash_key(['product_id']), missing=-2) }} as product_durable_key,
        {{ member_key('store_id', hash_key(['store_id']), missing=-2) }} as store_key,
        {{ member_key('channel_code', hash_key(['channel_code'])) }} as channel_key,
        {{ geography_key('country_code', 'region', 'city') }} as geography_key,
        {{ member_key('currency_code', hash_key(['currency_code'])) }} as currency_key,
        {{ member_key('supplier_id', hash_key(['supplier_id']), missing=-2) }} as supplier_key,

        ---------- attributes
        line_number,
        line_type,
        line_description,
        currency_code,
        is_tax_included,
        is_order_known,

        ---------- measures, currency of the order
        quantity,
        unit_price,
        list_amount,
        gross_amount,
        line_discount_amount,
        order_discount_amount,
        net_amount,
        tax_rate,
        tax_amount,
        net_excluding_tax_amount,
        shipping_amount,
        cast(net_excluding_tax_amount + tax_amount + shipping_amount as decimal(18, 2)) as total_amount,
        cost_amount,
        cast(net_excluding_tax_amount - cost_amount as decimal(18, 2)) as margin_amount,

        ---------- measures, reporting currency
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        {{ money_multiply('net_amount', 'reporting_rate') }} as net_amount_reporting,
        {{ money_multiply('tax_amount', 'reporting_rate') }} as tax_amount_reporting,
        {{ money_multiply('net_excluding_tax_amount', 'reporting_rate') }}
            as net_excluding_tax_amount_reporting,
        {{ money_multiply('shipping_amount', 'reporting_rate') }} as shipping_amount_reporting,
        {{ money_multiply('cost_amount', 'reporting_rate') }} as cost_amount_reporting,

        ---------- dates and timestamps
        order_date,
        ordered_at
    from keyed
)

select * from fct_order_items
