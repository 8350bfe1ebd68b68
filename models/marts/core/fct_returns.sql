-- One row is one line returned or cancelled, web or store; quantity and refund are positive when goods come
-- back.
-- The line that was sold is named where the source says so. Lines of any type (goods, fees, adjustments).
{{ config(
    unique_key='return_item_id',
    dist='return_id',
    sort='return_date',
    meta={
        'recompute': {
            'by': 'return_id',
            'after': {
                'int_returns__unite_lines': 'return_id',
                'dim_customer': {
                    'through': 'this',
                    'match': {'customer_durable_key': 'customer_durable_key'},
                    'at': 'returned_at',
                    'reads': [],
                },
                'dim_product': {
                    'through': 'this',
                    'match': {'product_durable_key': 'product_durable_key'},
                    'at': "coalesce(returned_at, cast('9999-12-30' as timestamp))",
                    'reads': [],
                },
                'int_money__daily_rates': {
                    'through': 'this',
                    'match': {'currency_code': 'currency_code'},
                    'at': 'return_date',
                    'interval': ['valid_from_date', 'valid_to_date'],
                    'reads': ['rate_to_reporting', 'rate_origin'],
                },
            },
            'log': ['order_id', 'return_date_key'],
        },
        'physical_reason': {
            'dist': 'Lines of one return are read together; most returns name no order.',
            'sort': 'Most queries bound the date.',
            'encode': 'Columns of a few hundred values at most: a dictionary of one byte each.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_returns__unite_lines as (
    select * from {{ ref('int_returns__unite_lines') }}
    where {{ is_affected('return_id', of='int_returns__unite_lines') }}
),

dim_customer as (
    select * from {{ ref('dim_customer') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

int_money__daily_rates as (
    select * from {{ ref('int_money__daily_rates') }}
),

keyed as (
    select
        given_back.*,
        customers.customer_key as found_customer_key,
        products.product_key as found_product_key,
        case
            when given_back.is_tax_included
                then cast(given_back.refund_amount - given_back.refund_tax_amount as decimal(18, 2))
            else given_back.refund_amount
        end as refund_excluding_tax_amount,
        {{ rate_to_reporting('given_back', 'rates') | indent(8) }}
    from int_returns__unite_lines as given_back
    left join dim_customer as customers
        on
            given_back.customer_id = customers.customer_id
            and given_back.returned_at >= customers.valid_from
            and given_back.returned_at < customers.valid_to
    left join dim_product as products
        on
            given_back.product_id = products.product_id
            and coalesce(given_back.returned_at, cast('9999-12-30' as timestamp)) >= products.valid_from
            and coalesce(given_back.returned_at, cast('9999-12-30' as timestamp)) < products.valid_to
    left join int_money__daily_rates as rates
        on
            given_back.currency_code = rates.currency_code
            and given_back.return_date >= rates.valid_from_date
            and given_back.return_date < rates.valid_to_date
),

fct_returns as (
    select
        ---------- keys
        return_item_id,
        return_id,
        order_item_id,
        order_id,
        source_system,

        ---------- foreign keys
        {{ member_key('return_date', calendar_key('return_date')) }} as return_date_key,
        {{ member_key('customer_id', 'found_customer_key') }} as customer_key,
        {{ member_key('customer_id', hash_key(['customer_id'])) }} as customer_durable_key,
        {{ member_key('product_id', 'found_product_key', missing=-2) }} as product_key,
        {{ member_key('product_id', hash_key(['product_id']), missing=-2) }} as product_durable_key,
        {{ member_key('store_id', hash_key(['store_id']), missing=-2) }} as store_key,
        {{ member_key('channel_code', hash_key(['channel_code'])) }} as channel_key,
        {{ geography_key('country_code', 'region', 'city') }} as geography_key,
        {{ member_key('currency_code', hash_key(['currency_code'])) }} as currency_key,
        {{ member_key('reason_code', hash_key(['reason_code'])) }} as return_reason_key,

        ---------- attributes
        line_number,
        line_type,
        line_description,
        reason_code,
        currency_code,
        is_tax_included,

        ---------- measures, currency of the return
        quantity,
        unit_price,
        refund_amount,
        tax_rate,
        refund_tax_amount,
        refund_excluding_tax_amount,
        cast(refund_excluding_tax_amount + refund_tax_amount as decimal(18, 2)) as refund_total_amount,

        ---------- measures, reporting currency
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        {{ money_multiply('refund_amount', 'reporting_rate') }} as refund_amount_reporting,
        {{ money_multiply('refund_tax_amount', 'reporting_rate') }} as refund_tax_amount_reporting,
        {{ money_multiply('refund_excluding_tax_amount', 'reporting_rate') }}
            as refund_excluding_tax_amount_reporting,

        ---------- dates and timestamps
        return_date,
        returned_at
    from keyed
)

select * from fct_returns
