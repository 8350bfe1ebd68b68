-- Guards the ageing against fan-out and loss: its transactions are those that the reconciliation does not
-- call settled, with their amounts, and every dated item lies in one band.

with

mart_payment_reconciliation as (
    select * from {{ ref('mart_payment_reconciliation') }}
),

mart_payment_ageing as (
    select * from {{ ref('mart_payment_ageing') }}
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
),

-- Without a run date, that is before anything landed, nothing is aged.
expected as (
    select
        count(*) as item_count,
        coalesce(sum(payments.break_amount), 0) as break_amount
    from mart_payment_reconciliation as payments
    cross join dim_run_date
    where payments.reconciliation_state != 'settled'
),

found as (
    select
        coalesce(sum(case when item_type = 'payment' then 1 else 0 end), 0) as item_count,
        coalesce(sum(case when item_type = 'payment' then break_amount end), 0) as break_amount,
        coalesce(sum(case when age_days is not null and age_band is null then 1 else 0 end), 0)
            as unbanded_count
    from mart_payment_ageing
),

assert_ageing_holds_what_is_not_settled as (
    select
        expected.item_count as expected_item_count,
        expected.break_amount as expected_break_amount,
        found.*
    from expected
    cross join found
    where
        expected.item_count != found.item_count
        or expected.break_amount != found.break_amount
        or found.unbanded_count > 0
)

select * from assert_ageing_holds_what_is_not_settled
