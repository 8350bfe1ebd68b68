-- One row is one line of a payout of the payment processor: a payment that it paid out or took back, less its
-- fee. Contains lines of payments that are not known, and payments that were settled twice.
{{ config(
    unique_key='settlement_line_id',
    sort='payout_date',
    meta={
        'recompute': {
            'by': 'settlement_line_id',
            'after': {
                'stg_payments__settlements': 'settlement_line_id',
                'stg_payments__transactions': {
                    'through': 'this',
                    'match': {'payment_id': 'payment_id'},
                    'reads': ['order_id'],
                },
                'int_money__daily_rates': {
                    'through': 'this',
                    'match': {'currency_code': 'currency_code'},
                    'at': 'payout_date',
                    'interval': ['valid_from_date', 'valid_to_date'],
                    'reads': ['rate_to_reporting', 'rate_origin'],
                },
            },
            'log': ['payment_id', 'order_id'],
        },
        'physical_reason': {
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_payments__settlements as (
    select * from {{ ref('stg_payments__settlements') }}
    where {{ is_affected('settlement_line_id', of='stg_payments__settlements') }}
),

stg_payments__transactions as (
    select * from {{ ref('stg_payments__transactions') }}
),

int_money__daily_rates as (
    select * from {{ ref('int_money__daily_rates') }}
),

rated as (
    select
        settled.*,
        payments.order_id,
        payments.payment_id is not null as is_payment_known,
        {{ rate_to_reporting('settled', 'rates') | indent(8) }}
    from stg_payments__settlements as settled
    left join stg_payments__transactions as payments
        on settled.payment_id = payments.payment_id
    left join int_money__daily_rates as rates
        on
            settled.currency_code = rates.currency_code
            and settled.payout_date >= rates.valid_from_date
            and settled.payout_date < rates.valid_to_date
),

fct_settlements as (
    select
        ---------- keys
        settlement_line_id,
        settlement_batch_id,
        payment_id,
        order_id,

        ---------- foreign keys
        {{ member_key('payout_date', calendar_key('payout_date')) }} as payout_date_key,
        {{ member_key('currency_code', hash_key(['currency_code'])) }} as currency_key,

        ---------- attributes
        transaction_type,
        currency_code,
        is_payment_known,

        ---------- measures
        gross_amount,
        fee_amount,
        net_amount,

        ---------- measures, reporting currency
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        {{ money_multiply('gross_amount', 'reporting_rate') }} as gross_amount_reporting,
        {{ money_multiply('fee_amount', 'reporting_rate') }} as fee_amount_reporting,
        {{ money_multiply('net_amount', 'reporting_rate') }} as net_amount_reporting,

        ---------- dates
        payout_date
    from rated
)

select * from fct_settlements
