-- One row is one line sold with every amount in the currency of its order, and the rate to the reporting
-- currency at the business date. Amounts follow the prices (with or without tax) until tax is worked out.
-- Read by fct_order_items, fct_order_lifecycle and int_returns__unite_lines.
{{ config(
    unique_key='order_item_id',
    sort='order_date',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'int_orders__allocate_order_amounts': 'order_id',
                'int_orders__unite_orders': {
                    'key': 'order_id',
                    'reads': [
                        'customer_id',
                        'loyalty_card_number',
                        'store_id',
                        'channel_code',
                        'currency_code',
                        'country_code',
                        'region',
                        'city',
                        'is_tax_included',
                        'order_date',
                        'ordered_at',
                    ],
                },
                'int_money__daily_rates': {
                    'through': 'this',
                    'match': {'currency_code': 'currency_code'},
                    'at': 'order_date',
                    'interval': ['valid_from_date', 'valid_to_date'],
                    'reads': ['rate_to_reporting', 'rate_origin'],
                },
            },
            'log': ['tax_rate', 'is_tax_included'],
        },
        'physical_reason': {'sort': 'Readers look for lines of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_orders__allocate_order_amounts as (
    select * from {{ ref('int_orders__allocate_order_amounts') }}
    where {{ is_affected('order_id', of='int_orders__allocate_order_amounts') }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
    where {{ is_affected('order_id', of='int_orders__unite_orders') }}
),

int_money__daily_rates as (
    select * from {{ ref('int_money__daily_rates') }}
),

netted as (
    select
        lines.*,
        orders.customer_id,
        orders.loyalty_card_number,
        orders.store_id,
        orders.channel_code,
        orders.currency_code,
        orders.country_code,
        orders.region,
        orders.city,
        coalesce(orders.is_tax_included, true) as is_tax_included,
        orders.order_date,
        orders.ordered_at,
        orders.order_id is not null as is_order_known,
        cast(lines.gross_amount - lines.line_discount_amount - lines.order_discount_amount as decimal(18, 2))
            as net_amount,
        cast(lines.line_shipping_amount + lines.order_shipping_amount as decimal(18, 2)) as shipping_amount
    from int_orders__allocate_order_amounts as lines
    left join int_orders__unite_orders as orders
        on lines.order_id = orders.order_id
),

taxed as (
    select
        *,
        case
            when is_tax_included
                then {{ ratio(money_multiply('net_amount', 'tax_rate', 8), '(1 + tax_rate)', 2) }}
            else {{ money_multiply('net_amount', 'tax_rate') }}
        end as tax_amount
    from netted
),

rated as (
    select
        taxed.*,
        {{ rate_to_reporting('taxed', 'rates') | indent(8) }}
    from taxed
    left join int_money__daily_rates as rates
        on
            taxed.currency_code = rates.currency_code
            and taxed.order_date >= rates.valid_from_date
            and taxed.order_date < rates.valid_to_date
),

int_orders__value_lines as (
    select
        order_item_id,
        order_id,
        source_system,
        line_number,
        line_type,
        product_id,
        line_description,
        supplier_id,
        quantity,
        list_price,
        unit_price,
        unit_cost,
        tax_rate,
        list_amount,
        gross_amount,
        cost_amount,
        line_discount_amount,
        order_discount_amount,
        line_shipping_amount,
        order_shipping_amount,
        customer_id,
        loyalty_card_number,
        store_id,
        channel_code,
        currency_code,
        country_code,
        region,
        city,
        is_tax_included,
        order_date,
        ordered_at,
        is_order_known,
        net_amount,
        shipping_amount,
        tax_amount,
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        case when is_tax_included then cast(net_amount - tax_amount as decimal(18, 2)) else net_amount end
            as net_excluding_tax_amount
    from rated
)

select * from int_orders__value_lines
