-- One row is one transaction of the payment processor with the one class that it falls into when order,
-- authorisation, capture, refund and chargeback are compared, and beside it the class of its settlement. What
-- a class means and whether it is settled, open or broken says the seed reconciliation_classes. Says nothing
-- of time: mart_payment_ageing does.
{{ config(
    unique_key='payment_id',
    dist='order_id',
    sort='payment_date',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'fct_payments': 'order_id',
                'mart_order_summary': 'order_id',
                'mart_settlement_reconciliation': 'order_id',
            },
        },
        'physical_reason': {
            'dist': 'Like the payments and orders that it compares.',
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
    where {{ is_affected('order_id', of='fct_payments') }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
    where {{ is_affected('order_id', of='mart_order_summary') }}
),

mart_settlement_reconciliation as (
    select * from {{ ref('mart_settlement_reconciliation') }}
    where {{ is_affected('order_id', of='mart_settlement_reconciliation') }}
),

reconciliation_classes as (
    select * from {{ ref('reconciliation_classes') }}
),

payment_methods as (
    select * from {{ ref('payment_methods') }}
),

quality_thresholds as (
    select * from {{ ref('quality_thresholds') }}
    where threshold_name = 'payment_difference_amount'
),

captures as (
    select
        order_id,
        authorisation_id,
        sum(amount) as captured_amount
    from fct_payments
    where transaction_type = 'capture' and transaction_status = 'approved'
    group by
        order_id,
        authorisation_id
),

authorisations as (
    select
        order_id,
        payment_id as authorisation_id
    from fct_payments
    where transaction_type = 'authorisation' and transaction_status = 'approved'
),

-- A capture draws on an authorisation of its own order; amounts are compared in the order's currency only.
compared as (
    select
        payments.*,
        orders.order_id is not null as is_order_found,
        orders.payment_state,
        orders.is_cancelled,
        orders.return_line_count,
        orders.captured_amount as order_captured_amount,
        orders.refunded_amount as order_refunded_amount,
        orders.payment_difference_amount,
        orders.refund_total_amount as returned_amount,
        orders.captured_amount - orders.refunded_amount - orders.charged_back_amount as kept_amount,
        captures.captured_amount,
        authorisations.authorisation_id is not null as is_authorised,
        coalesce(payment_methods.needs_authorisation, false) as needs_authorisation,
        quality_thresholds.threshold_value,
        sum(
            case
                when
                    payments.transaction_status = 'approved'
                    and payments.currency_code != orders.currency_code
                    then 1
                else 0
            end
        ) over (partition by payments.order_id) as other_currency_count
    from fct_payments as payments
    cross join quality_thresholds
    left join mart_order_summary as orders
        on payments.order_id = orders.order_id
    left join payment_methods
        on payments.payment_method = payment_methods.payment_method_code
    left join captures
        on
            payments.order_id = captures.order_id
            and payments.payment_id = captures.authorisation_id
    left join authorisations
        on
            payments.order_id = authorisations.order_id
            and payments.authorisation_id = authorisations.authorisation_id
),

classified as (
    select
        *,
        case
            when transaction_status != 'approved' then 'declined'
            when not is_order_found then 'unknown_order'
            when other_currency_count > 0 then 'other_currency'
            ---------- authorisations
            when transaction_type = 'authorisation' and captured_amount is null and is_cancelled
                then 'released'
            when transaction_type = 'authorisation' and captured_amount is null then 'awaiting_capture'
            when transaction_type = 'authorisation' and captured_amount - amount > threshold_value
                then 'over_captured'
            when transaction_type = 'authorisation' and amount - captured_amount > threshold_value
                then 'partly_captured'
            when transaction_type = 'authorisation' then 'captured'
            ---------- captures
            when transaction_type = 'capture' and authorisation_id is not null and not is_authorised
                then 'capture_not_authorised'
            when transaction_type = 'capture' and authorisation_id is null and needs_authorisation
                then 'capture_without_authorisation'
            when transaction_type = 'capture' and is_cancelled and kept_amount > threshold_value
                then 'capture_of_cancelled_order'
            when transaction_type = 'capture' and is_cancelled then 'capture_given_back'
            when transaction_type = 'capture' and payment_state = 'without_lines' then 'capture_without_lines'
            when transaction_type = 'capture' and payment_state = 'paid_at_till' then 'capture_beside_till'
            when transaction_type = 'capture' and payment_state = 'differs' then 'capture_differs'
            when transaction_type = 'capture' then 'capture_agrees'
            ---------- refunds
            when
                transaction_type = 'refund'
                and order_refunded_amount - order_captured_amount > threshold_value
                then 'refund_beyond_capture'
            when transaction_type = 'refund' and is_cancelled then 'refund_of_cancelled_order'
            when transaction_type = 'refund' and return_line_count = 0 then 'refund_without_return'
            when
                transaction_type = 'refund'
                and abs(order_refunded_amount - returned_amount) > threshold_value
                then 'refund_differs'
            when transaction_type = 'refund' then 'refund_agrees'
            ---------- the rest
            when transaction_type = 'chargeback' then 'charged_back'
            else 'other_type'
        end as class_code
    from compared
),

-- A difference of the whole order is told once, on the last of its transactions in the class.
numbered as (
    select
        *,
        row_number() over (
            partition by order_id, class_code order by payment_at desc nulls last, payment_id desc nulls last
        ) as place_from_last
    from classified
),

measured as (
    select
        *,
        case
            when
                class_code in (
                    'unknown_order', 'awaiting_capture', 'capture_not_authorised',
                    'capture_without_authorisation', 'capture_without_lines', 'capture_beside_till',
                    'refund_without_return', 'charged_back', 'other_type'
                )
                then amount
            when class_code in ('over_captured', 'partly_captured') then captured_amount - amount
            when
                class_code in (
                    'capture_of_cancelled_order', 'capture_differs', 'refund_beyond_capture', 'refund_differs'
                )
                and place_from_last > 1
                then 0
            when class_code = 'capture_of_cancelled_order' then kept_amount
            when class_code = 'capture_differs' then payment_difference_amount
            when class_code = 'refund_beyond_capture' then order_refunded_amount - order_captured_amount
            when class_code = 'refund_differs' then order_refunded_amount - returned_amount
            when class_code != 'other_currency' then 0
        end as break_amount
    from numbered
),

mart_payment_reconciliation as (
    select
        ---------- keys
        measured.payment_id,
        measured.order_id,

        ---------- foreign keys
        measured.payment_date_key,
        measured.customer_durable_key,
        measured.payment_method_key,
        measured.currency_key,

        ---------- attributes
        measured.class_code,
        reconciliation_classes.reconciliation_state,
        settlements.class_code as settlement_class_code,
        measured.transaction_type,
        measured.currency_code,

        ---------- measures
        measured.amount,
        cast(measured.break_amount as decimal(18, 2)) as break_amount,
        {{ money_multiply('measured.break_amount', 'measured.reporting_rate') }} as break_amount_reporting,

        ---------- dates and timestamps
        measured.payment_date,
        measured.payment_at,
        measured.order_date
    from measured
    left join reconciliation_classes
        on measured.class_code = reconciliation_classes.class_code
    left join mart_settlement_reconciliation as settlements
        on
            measured.order_id = settlements.order_id
            and measured.payment_id = settlements.payment_id
)

select * from mart_payment_reconciliation
