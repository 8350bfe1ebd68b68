-- One row is one receipt line of a store, with the store's currency, the moment in UTC and the product behind
-- the code. The business date is the day of the till's export, not of its clock. Codes that no product has
-- stay as they are: the product dimension infers a member. Read by int_orders__unite_lines and
-- int_returns__unite_lines.
{{ config(
    unique_key=['receipt_key', 'line_number'],
    sort='business_date',
    meta={
        'recompute': {
            'by': 'delivery',
            'after': {
                'stg_pos__sales': '_delivery',
                'int_stores__apply_changes': {
                    'through': 'this',
                    'match': {'store_id': 'store_id'},
                    'reads': ['country_code', 'region', 'city', 'time_zone', 'currency_code'],
                },
                'int_products__apply_changes': {
                    'through': 'this',
                    'match': {'product_code': 'product_code'},
                    'reads': ['product_code'],
                },
            },
            'log': ['store_id'],
        },
        'physical_reason': {'sort': 'Readers look for receipts of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_pos__sales as (
    select * from {{ ref('stg_pos__sales') }}
    where {{ is_affected('_delivery', of='stg_pos__sales') }}
),

int_stores__apply_changes as (
    select * from {{ ref('int_stores__apply_changes') }}
),

int_products__apply_changes as (
    select * from {{ ref('int_products__apply_changes') }}
),

-- Two products may have carried one code; the lowest id wins, or a line would be counted twice.
products_by_code as (
    select
        product_code,
        min(product_id) as product_id
    from int_products__apply_changes
    where product_code is not null
    group by product_code
),

int_stores__place_receipt_lines as (
    select
        'pos-' || sales.store_id || '-' || cast(sales.business_date as varchar(10))
        || '-' || sales.receipt_id as receipt_key,
        sales.line_number,
        sales._delivery as delivery,
        sales.store_id,
        sales.customer_id,
        sales.loyalty_card_number,
        sales.product_code,
        coalesce(products_by_code.product_id, sales.product_code) as product_id,
        sales.original_receipt_id,
        sales.quantity,
        sales.unit_price,
        coalesce(sales.discount_amount, 0) as discount_amount,
        coalesce(sales.tax_rate, 0) as tax_rate,
        sales.payment_method,
        stores.currency_code,
        stores.country_code,
        stores.region,
        stores.city,
        sales.business_date,
        {{ utc_time('sales.sold_at', "coalesce(stores.time_zone, 'UTC')") }} as sold_at
    from stg_pos__sales as sales
    left join int_stores__apply_changes as stores
        on sales.store_id = stores.store_id
    left join products_by_code
        on sales.product_code = products_by_code.product_code
)

select * from int_stores__place_receipt_lines
