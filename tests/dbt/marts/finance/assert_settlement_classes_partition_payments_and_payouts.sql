-- Guards the settlement side of the reconciliation: every transaction of fct_payments and every payment that
-- a payout names is in one class of the seed, with the sum of its payouts, and nothing else is.

with

fct_payments as (
    select * from {{ ref('fct_payments') }}
),

fct_settlements as (
    select * from {{ ref('fct_settlements') }}
),

mart_settlement_reconciliation as (
    select * from {{ ref('mart_settlement_reconciliation') }}
),

reconciliation_classes as (
    select * from {{ ref('reconciliation_classes') }}
),

named as (
    select
        payment_id,
        true as is_payment_known,
        cast(0 as decimal(18, 2)) as gross_amount,
        0 as line_count
    from fct_payments

    union all

    select
        payment_id,
        false as is_payment_known,
        gross_amount,
        1 as line_count
    from fct_settlements
),

expected as (
    select
        payment_id,
        max(case when is_payment_known then 1 else 0 end) as known_count,
        sum(gross_amount) as settled_amount,
        sum(line_count) as settlement_count
    from named
    group by payment_id
),

classed as (
    select
        found.payment_id,
        count(*) as row_count,
        sum(case when found.is_payment_known then 1 else 0 end) as known_count,
        sum(found.settled_amount) as settled_amount,
        sum(found.settlement_count) as settlement_count,
        sum(case when found.reconciliation_state = classes.reconciliation_state then 0 else 1 end)
            as wrong_state_count
    from mart_settlement_reconciliation as found
    left join reconciliation_classes as classes
        on found.class_code = classes.class_code
    group by found.payment_id
),

assert_settlement_classes_partition_payments_and_payouts as (
    select
        expected.payment_id as expected_payment_id,
        expected.settled_amount as expected_amount,
        classed.*
    from expected
    full outer join classed
        on expected.payment_id = classed.payment_id
    where
        expected.payment_id is null
        or classed.payment_id is null
        or classed.row_count != 1
        or classed.known_count != expected.known_count
        or classed.settled_amount != expected.settled_amount
        or classed.settlement_count != expected.settlement_count
        or classed.wrong_state_count > 0
)

select * from assert_settlement_classes_partition_payments_and_payouts
