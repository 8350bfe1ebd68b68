-- One row is one transaction of the payment processor, or one that only a payout names, with the one class
-- that it falls into when it is compared with what was paid out. What a class means says the seed
-- reconciliation_classes. Knows no today: whether a payout is missing or only to come says
-- mart_payment_ageing.
{{ config(
    unique_key='payment_id',
    dist='order_id',
    sort='payment_date',
    meta={
        'recompute': {
            'by': 'payment_id',
            'after': {
                'fct_payments': 'payment_id',
                'fct_settlements': 'payment_id',
            },
            'log': ['order_id'],
        },
        'physical_reason': {
            'dist': 'Like the payments that it compares.',
            'sort': 'Most queries bound the date.',
            'encode': 'Columns of a few hundred values at most: a dictionary of one byte each.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

fct_payments as (
    select * from {{ ref('fct_payments') }}
    where {{ is_affected('payment_id', of='fct_payments') }}
),

fct_settlements as (
    select * from {{ ref('fct_settlements') }}
    where {{ is_affected('payment_id', of='fct_settlements') }}
),

payment_methods as (
    select * from {{ ref('payment_methods') }}
),

reconciliation_classes as (
    select * from {{ ref('reconciliation_classes') }}
),

quality_thresholds as (
    select * from {{ ref('quality_thresholds') }}
),

limits as (
    select
        max(case when threshold_name = 'payment_difference_amount' then threshold_value end)
            as most_difference,
        max(case when threshold_name = 'settlement_late_days' then threshold_value end) as most_days
    from quality_thresholds
),

-- A payment may be paid out in several lines. Lines of payments that are not known have no order.
payouts as (
    select
        payment_id,
        order_id,
        min(transaction_type) as transaction_type,
        min(currency_key) as currency_key,
        min(currency_code) as currency_code,
        count(distinct currency_code) as currency_count,
        count(*) as settlement_count,
        sum(gross_amount) as gross_amount,
        sum(fee_amount) as fee_amount,
        sum(net_amount) as net_amount,
        min(reporting_rate) as reporting_rate,
        min(payout_date) as first_payout_date,
        max(payout_date) as last_payout_date
    from fct_settlements
    group by
        payment_id,
        order_id
),

-- Captures are paid out, refunds and chargebacks taken back; nothing else moves money.
payments as (
    select
        payments.*,
        payments.transaction_status = 'approved'
        and payments.transaction_type in ('capture', 'refund', 'chargeback')
        and coalesce(payment_methods.has_payout, false) as is_due,
        case when payments.transaction_type = 'capture' then payments.amount else -payments.amount end
            as signed_amount
    from fct_payments as payments
    left join payment_methods
        on payments.payment_method = payment_methods.payment_method_code
),

compared as (
    select
        payments.payment_id,
        payments.order_id,
        payments.payment_date_key,
        payments.payment_method_key,
        payments.currency_key,
        payments.transaction_type,
        payments.currency_code,
        payments.reporting_rate,
        payments.payment_date,
        true as is_payment_known,
        payments.is_due,
        case when payments.is_due then payments.signed_amount else 0 end as expected_amount,
        coalesce(payouts.currency_code != payments.currency_code or payouts.currency_count > 1, false)
            as is_other_currency,
        payouts.settlement_count,
        payouts.gross_amount,
        payouts.fee_amount,
        payouts.net_amount,
        payouts.first_payout_date,
        payouts.last_payout_date
    from payments
    left join payouts
        on
            payments.order_id = payouts.order_id
            and payments.payment_id = payouts.payment_id

    union all

    select
        payouts.payment_id,
        cast(null as varchar(160)) as order_id,
        -1 as payment_date_key,
        -1 as payment_method_key,
        payouts.currency_key,
        payouts.transaction_type,
        payouts.currency_code,
        payouts.reporting_rate,
        cast(null as date) as payment_date,
        false as is_payment_known,
        false as is_due,
        0 as expected_amount,
        payouts.currency_count > 1 as is_other_currency,
        payouts.settlement_count,
        payouts.gross_amount,
        payouts.fee_amount,
        payouts.net_amount,
        payouts.first_payout_date,
        payouts.last_payout_date
    from payouts
    where
        payouts.order_id is null
        -- fct_settlements may have been built before the payment came.
        and payouts.payment_id not in (select payments.payment_id from payments)
),

-- Amounts are compared where the payment and all of its payouts are in one currency.
measured as (
    select
        compared.*,
        case
            when not compared.is_other_currency
                then coalesce(compared.gross_amount, 0) - compared.expected_amount
        end as difference,
        {{ days_between('compared.payment_date', 'compared.first_payout_date') }} as days_to_payout,
        limits.most_difference,
        limits.most_days
    from compared
    cross join limits
),

classified as (
    select
        *,
        case
            when not is_payment_known then 'unknown_payment'
            when settlement_count is null and is_due then 'awaiting_payout'
            when settlement_count is null then 'no_payout_due'
            when settlement_count > 1 and coalesce(abs(difference) > most_difference, true)
                then 'settled_twice'
            when coalesce(abs(difference) > most_difference, true) then 'amount_differs'
            when days_to_payout > most_days then 'settled_late'
            else 'paid_out'
        end as class_code
    from measured
),

broken_down as (
    select
        *,
        case
            when class_code in ('unknown_payment', 'awaiting_payout', 'settled_twice', 'amount_differs')
                then difference
            else 0
        end as break_amount
    from classified
),

mart_settlement_reconciliation as (
    select
        ---------- keys
        found.payment_id,
        found.order_id,

        ---------- foreign keys
        found.payment_date_key,
        found.payment_method_key,
        found.currency_key,

        ---------- attributes
        cast(found.class_code as varchar(32)) as class_code,
        reconciliation_classes.reconciliation_state,
        found.transaction_type,
        found.currency_code,
        found.is_payment_known,

        ---------- measures
        cast(found.expected_amount as decimal(18, 2)) as expected_amount,
        cast(coalesce(found.settlement_count, 0) as bigint) as settlement_count,
        cast(coalesce(found.gross_amount, 0) as decimal(18, 2)) as settled_amount,
        cast(coalesce(found.fee_amount, 0) as decimal(18, 2)) as fee_amount,
        cast(coalesce(found.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(found.break_amount as decimal(18, 2)) as break_amount,
        {{ money_multiply('found.break_amount', 'found.reporting_rate') }} as break_amount_reporting,
        found.days_to_payout,

        ---------- dates
        found.payment_date,
        found.first_payout_date,
        found.last_payout_date
    from broken_down as found
    left join reconciliation_classes
        on found.class_code = reconciliation_classes.class_code
)

select * from mart_settlement_reconciliation
