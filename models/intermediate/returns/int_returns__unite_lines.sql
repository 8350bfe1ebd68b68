-- One row is one line given back, to the shop or to a store; quantity and refund are positive when goods come
-- back. A store's line is one with a negative quantity; a shop's is taxed like the line that was sold. Read
-- by fct_returns.
{{ config(
    unique_key='return_item_id',
    sort='return_date',
    meta={
        'recompute': {
            'by': 'return_id',
            'after': {
                'int_returns__apply_item_changes': 'return_id',
                'int_returns__apply_return_changes': 'return_id',
                'int_stores__place_receipt_lines': 'receipt_key',
                'int_orders__value_lines': {
                    'through': 'this',
                    'match': {'order_item_id': 'order_item_id'},
                    'reads': ['tax_rate', 'is_tax_included'],
                },
            },
            'log': [
                'customer_id',
                'product_id',
                'channel_code',
                'currency_code',
                'country_code',
                'region',
                'city',
                'reason_code',
            ],
        },
        'physical_reason': {'sort': 'Readers look for returns of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_returns__apply_return_changes as (
    select * from {{ ref('int_returns__apply_return_changes') }}
    where {{ is_affected('return_id') }}
),

int_returns__apply_item_changes as (
    select * from {{ ref('int_returns__apply_item_changes') }}
    where {{ is_affected('return_id') }}
),

int_stores__place_receipt_lines as (
    select * from {{ ref('int_stores__place_receipt_lines') }}
    where {{ is_affected('receipt_key', of='int_stores__place_receipt_lines') }}
),

int_orders__value_lines as (
    select
        order_item_id,
        tax_rate,
        is_tax_included
    from {{ ref('int_orders__value_lines') }}
),

countries as (
    select * from {{ ref('countries') }}
),

-- What the shop does not tax, because no line that was sold is named or known, stays as it is booked.
shop_lines as (
    select
        items.return_item_id,
        items.return_id,
        'shop' as source_system,
        items.line_number,
        items.line_type,
        items.order_item_id,
        returns.order_id,
        returns.customer_id,
        cast(null as varchar(64)) as store_id,
        returns.channel_code,
        items.product_id,
        items.line_description,
        items.reason_code,
        returns.currency_code,
        returns.country_code,
        cast(null as varchar(128)) as region,
        cast(null as varchar(128)) as city,
        items.quantity,
        items.unit_price,
        items.refund_amount,
        coalesce(sold.is_tax_included, true) as is_tax_included,
        coalesce(sold.tax_rate, 0) as tax_rate,
        cast(
            {{ local_time('returns.returned_at', "coalesce(countries.time_zone, 'UTC')") }} as date
        ) as return_date,
        returns.returned_at
    from int_returns__apply_item_changes as items
    left join int_returns__apply_return_changes as returns
        on items.return_id = returns.return_id
    left join countries
        on returns.country_code = countries.country_code
    left join int_orders__value_lines as sold
        on items.order_item_id = sold.order_item_id
),

-- A till names the receipt on which goods were sold, not the line; receipts of other days cannot be told
-- apart by number.
store_lines as (
    select
        receipt_key || '-' || cast(line_number as varchar(16)) as return_item_id,
        receipt_key as return_id,
        'pos' as source_system,
        line_number,
        'return' as line_type,
        cast(null as varchar(64)) as order_item_id,
        cast(null as varchar(64)) as order_id,
        customer_id,
        store_id,
        'store' as channel_code,
        product_id,
        cast(null as varchar(512)) as line_description,
        cast(null as varchar(32)) as reason_code,
        currency_code,
        country_code,
        region,
        city,
        -1 * quantity as quantity,
        unit_price,
        cast(
            -1 * ({{ money_multiply('unit_price', 'quantity') }} - discount_amount) as decimal(18, 2)
        ) as refund_amount,
        true as is_tax_included,
        tax_rate,
        business_date as return_date,
        sold_at as returned_at
    from int_stores__place_receipt_lines
    where quantity < 0
),

united as (
    select * from shop_lines

    union all

    select * from store_lines
),

int_returns__unite_lines as (
    select
        *,
        case
            when is_tax_included
                then {{ ratio(money_multiply('refund_amount', 'tax_rate', 8), '(1 + tax_rate)', 2) }}
            else {{ money_multiply('refund_amount', 'tax_rate') }}
        end as refund_tax_amount
    from united
)

select * from int_returns__unite_lines
