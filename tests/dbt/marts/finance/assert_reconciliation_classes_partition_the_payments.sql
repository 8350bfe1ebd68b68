-- Guards the reconciliation: every transaction of fct_payments is in one class of the seed, with its amount,
-- and no other is; a class has no state but that of the seed. Beside it stands the class of its settlement.

with

fct_payments as (
    select * from {{ ref('fct_payments') }}
),

mart_settlement_reconciliation as (
    select * from {{ ref('mart_settlement_reconciliation') }}
),

mart_payment_reconciliation as (
    select * from {{ ref('mart_payment_reconciliation') }}
),

reconciliation_classes as (
    select * from {{ ref('reconciliation_classes') }}
),

classed as (
    select
        found.payment_id,
        found.amount,
        found.reconciliation_state,
        found.settlement_class_code,
        settlements.class_code as expected_settlement_class_code,
        reconciliation_classes.reconciliation_state as expected_state
    from mart_payment_reconciliation as found
    left join mart_settlement_reconciliation as settlements
        on found.payment_id = settlements.payment_id
    left join reconciliation_classes
        on found.class_code = reconciliation_classes.class_code
),

counted as (
    select
        payment_id,
        count(*) as row_count,
        sum(amount) as amount,
        sum(case when reconciliation_state = expected_state then 0 else 1 end) as wrong_state_count,
        sum(case when settlement_class_code = expected_settlement_class_code then 0 else 1 end)
            as wrong_settlement_count
    from classed
    group by payment_id
),

assert_reconciliation_classes_partition_the_payments as (
    select
        payments.payment_id as expected_payment_id,
        payments.amount as expected_amount,
        counted.*
    from fct_payments as payments
    full outer join counted
        on payments.payment_id = counted.payment_id
    where
        payments.payment_id is null
        or counted.payment_id is null
        or counted.row_count != 1
        or counted.amount != payments.amount
        or counted.wrong_state_count > 0
        or counted.wrong_settlement_count > 0
)

select * from assert_reconciliation_classes_partition_the_payments
