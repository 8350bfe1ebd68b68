-- One row is one order: a shop order, or a receipt of a store with at least one line sold. Dates are the
-- business dates of the market or store. Contains shop orders without lines (Olist has 154). Read by the
-- order facts and mart_order_summary.
{{ config(
    unique_key='order_id',
    sort='order_date',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'int_orders__apply_order_changes': 'order_id',
                'int_stores__place_receipt_lines': 'receipt_key',
            },
            'log': [
                'customer_id',
                'loyalty_card_number',
                'store_id',
                'channel_code',
                'currency_code',
                'country_code',
                'region',
                'city',
                'discount_amount',
                'shipping_amount',
                'is_tax_included',
                'order_date',
                'ordered_at',
                'promised_date',
            ],
        },
        'physical_reason': {'sort': 'Readers look for orders of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_orders__apply_order_changes as (
    select * from {{ ref('int_orders__apply_order_changes') }}
    where {{ is_affected('order_id', of='int_orders__apply_order_changes') }}
),

int_stores__place_receipt_lines as (
    select * from {{ ref('int_stores__place_receipt_lines') }}
    where {{ is_affected('receipt_key', of='int_stores__place_receipt_lines') }}
),

countries as (
    select * from {{ ref('countries') }}
),

shop_orders as (
    select
        orders.order_id,
        'shop' as source_system,
        orders.customer_id,
        cast(null as varchar(64)) as loyalty_card_number,
        cast(null as varchar(64)) as store_id,
        orders.channel_code,
        orders.order_status,
        orders.currency_code,
        orders.country_code,
        orders.ship_to_region as region,
        orders.ship_to_city as city,
        orders.discount_amount,
        orders.shipping_amount,
        orders.is_tax_included,
        orders.promised_date,
        cast(
            {{ local_time('orders.ordered_at', "coalesce(countries.time_zone, 'UTC')") }} as date
        ) as order_date,
        orders.ordered_at
    from int_orders__apply_order_changes as orders
    left join countries
        on orders.country_code = countries.country_code
),

-- A receipt is paid and handed over at the till. Its lines agree on everything but the moment, of which the
-- first counts.
store_receipts as (
    select
        receipt_key as order_id,
        'pos' as source_system,
        max(customer_id) as customer_id,
        max(loyalty_card_number) as loyalty_card_number,
        store_id,
        'store' as channel_code,
        'delivered' as order_status,
        currency_code,
        country_code,
        region,
        city,
        cast(0 as decimal(18, 2)) as discount_amount,
        cast(0 as decimal(18, 2)) as shipping_amount,
        true as is_tax_included,
        cast(null as date) as promised_date,
        business_date as order_date,
        min(sold_at) as ordered_at
    from int_stores__place_receipt_lines
    where quantity >= 0
    group by receipt_key, store_id, currency_code, country_code, region, city, business_date
),

int_orders__unite_orders as (
    select * from shop_orders

    union all

    select * from store_receipts
)

select * from int_orders__unite_orders
