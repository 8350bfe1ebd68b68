-- One row is one transaction of the payment processor: authorisation, capture, refund or chargeback. Contains
-- transactions whose order has not arrived (is_order_known = false); they attach when it does. Not every
-- source dates its payments (Olist does not): the date is null then, and the order's date finds the rate.
{{ config(
    unique_key='payment_id',
    dist='order_id',
    sort='payment_date',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'stg_payments__transactions': 'order_id',
                'int_orders__unite_orders': {
                    'key': 'order_id',
                    'reads': ['customer_id', 'country_code', 'order_date'],
                },
                'int_money__daily_rates': {
                    'through': 'this',
                    'match': {'currency_code': 'currency_code'},
                    'at': 'coalesce(payment_date, order_date)',
                    'interval': ['valid_from_date', 'valid_to_date'],
                    'reads': ['rate_to_reporting', 'rate_origin'],
                },
            },
        },
        'physical_reason': {
            'dist': 'Payments and lines meet on the order.',
            'sort': 'Most queries bound the date.',
            'encode': 'Columns of a few hundred values at most: a dictionary of one byte each.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_payments__transactions as (
    select * from {{ ref('stg_payments__transactions') }}
    where {{ is_affected('order_id', of='stg_payments__transactions') }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
    where {{ is_affected('order_id', of='int_orders__unite_orders') }}
),

int_money__daily_rates as (
    select * from {{ ref('int_money__daily_rates') }}
),

countries as (
    select * from {{ ref('countries') }}
),

attached as (
    select
        payments.*,
        orders.order_id is not null as is_order_known,
        orders.customer_id,
        orders.order_date,
        cast({{ local_time('payments.payment_at', "coalesce(countries.time_zone, 'UTC')") }} as date)
            as payment_date
    from stg_payments__transactions as payments
    left join int_orders__unite_orders as orders
        on payments.order_id = orders.order_id
    left join countries
        on orders.country_code = countries.country_code
),

rated as (
    select
        attached.*,
        {{ rate_to_reporting('attached', 'rates') | indent(8) }}
    from attached
    left join int_money__daily_rates as rates
        on
            attached.currency_code = rates.currency_code
            and coalesce(attached.payment_date, attached.order_date) >= rates.valid_from_date
            and coalesce(attached.payment_date, attached.order_date) < rates.valid_to_date
),

fct_payments as (
    select
        ---------- keys
        payment_id,
        order_id,
        authorisation_id,

        ---------- foreign keys
        {{ member_key('payment_date', calendar_key('payment_date')) }} as payment_date_key,
        {{ member_key('customer_id', hash_key(['customer_id'])) }} as customer_durable_key,
        {{ member_key('payment_method', hash_key(['payment_method'])) }} as payment_method_key,
        {{ member_key('currency_code', hash_key(['currency_code'])) }} as currency_key,

        ---------- attributes
        transaction_type,
        transaction_status,
        payment_method,
        currency_code,
        installments,
        is_order_known,

        ---------- measures
        amount,
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        {{ money_multiply('amount', 'reporting_rate') }} as amount_reporting,

        ---------- dates and timestamps
        payment_date,
        payment_at,
        order_date
    from rated
)

select * from fct_payments
