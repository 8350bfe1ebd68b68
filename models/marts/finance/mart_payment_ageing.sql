-- One row is one thing that payments leave open or broken on the day as of which reports look (dim_run_date):
-- a transaction of such a class, an order without any payment, an order whose return was not refunded, or a
-- payout that is to come, missing or wrong; with its age. Worked out whole for that day. Leaves out what is
-- settled.
{{ config(
    unique_key=['item_type', 'item_id'],
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'mart_payment_reconciliation': 'all',
                'mart_order_summary': 'all',
                'mart_settlement_reconciliation': 'all',
                'dim_run_date': 'all',
            },
        },
        'trace': {
            'mart_settlement_reconciliation': {'item_id': 'payment_id'},
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

mart_payment_reconciliation as (
    select * from {{ ref('mart_payment_reconciliation') }}
    where {{ is_affected() }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
    where {{ is_affected() }}
),

mart_settlement_reconciliation as (
    select * from {{ ref('mart_settlement_reconciliation') }}
    where {{ is_affected() }}
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
    where {{ is_affected() }}
),

reconciliation_classes as (
    select * from {{ ref('reconciliation_classes') }}
),

ageing_bands as (
    select * from {{ ref('ageing_bands') }}
),

-- Payouts are expected of what was paid since they are reported at all, less the days that they take.
first_report as (
    select {{ add_days('min(first_payout_date)', '-min(reconciliation_classes.due_days)') }} as since_date
    from mart_settlement_reconciliation
    cross join reconciliation_classes
    where reconciliation_classes.class_code = 'awaiting_payout'
),

items as (
    select
        'payment' as item_type,
        payment_id as item_id,
        order_id,
        class_code,
        currency_code,
        break_amount,
        break_amount_reporting,
        coalesce(payment_date, order_date) as opened_date
    from mart_payment_reconciliation
    where reconciliation_state != 'settled'

    union all

    select
        'order' as item_type,
        order_id as item_id,
        order_id,
        'order_without_payment' as class_code,
        currency_code,
        total_amount as break_amount,
        total_amount_reporting as break_amount_reporting,
        order_date as opened_date
    from mart_order_summary
    where
        payment_state = 'not_captured'
        and payment_count = 0
        and not is_cancelled
        and total_amount > 0

    union all

    -- A refund is due from the first return on, however long ago the order is and whatever follows.
    select
        'order' as item_type,
        order_id as item_id,
        order_id,
        'return_without_refund' as class_code,
        currency_code,
        refund_total_amount as break_amount,
        refund_total_amount_reporting as break_amount_reporting,
        coalesce(first_return_date, order_date) as opened_date
    from mart_order_summary
    where
        payment_state != 'paid_at_till'
        and captured_amount > 0
        and refund_total_amount > 0
        and refunded_amount = 0
        and charged_back_amount = 0

    union all

    select
        'settlement' as item_type,
        settlements.payment_id as item_id,
        settlements.order_id,
        settlements.class_code,
        settlements.currency_code,
        settlements.break_amount,
        settlements.break_amount_reporting,
        coalesce(settlements.first_payout_date, settlements.payment_date) as opened_date
    from mart_settlement_reconciliation as settlements
    cross join first_report
    where
        settlements.reconciliation_state != 'settled'
        and (
            settlements.class_code != 'awaiting_payout'
            or settlements.payment_date >= first_report.since_date
        )
),

-- A day that is ahead of the run date, by the clock of its market, is today.
aged as (
    select
        items.*,
        dim_run_date.run_date,
        dim_run_date.date_key as run_date_key,
        case
            when items.opened_date > dim_run_date.run_date then 0
            else {{ days_between('items.opened_date', 'dim_run_date.run_date') }}
        end as age_days
    from items
    cross join dim_run_date
),

-- Only here is it known that a payout that is to come is missing.
judged as (
    select
        aged.*,
        case
            when aged.class_code = 'awaiting_payout' and aged.age_days > reconciliation_classes.due_days
                then 'payment_missing'
            else aged.class_code
        end as judged_class_code
    from aged
    left join reconciliation_classes
        on aged.class_code = reconciliation_classes.class_code
),

mart_payment_ageing as (
    select
        ---------- keys
        cast(judged.item_type as varchar(16)) as item_type,
        judged.item_id,

        ---------- foreign keys
        judged.order_id,
        judged.run_date_key,

        ---------- attributes
        judged.judged_class_code as class_code,
        reconciliation_classes.reconciliation_state,
        judged.currency_code,
        ageing_bands.band_code as age_band,

        ---------- measures
        cast(judged.break_amount as decimal(18, 2)) as break_amount,
        cast(judged.break_amount_reporting as decimal(18, 2)) as break_amount_reporting,
        judged.age_days,

        ---------- flags
        coalesce(judged.age_days > reconciliation_classes.due_days, false) as is_overdue,

        ---------- dates
        judged.opened_date,
        judged.run_date
    from judged
    left join reconciliation_classes
        on judged.judged_class_code = reconciliation_classes.class_code
    left join ageing_bands
        on
            judged.age_days >= ageing_bands.from_days
            and judged.age_days <= ageing_bands.to_days
)

select * from mart_payment_ageing
