{{ config(severity='warn') }}

-- Warns of transactions and orders that are open or broken for longer than their class allows (due_days of
-- the seed reconciliation_classes).

select
    item_type,
    item_id,
    order_id,
    class_code,
    currency_code,
    break_amount,
    age_days
from {{ ref('mart_payment_ageing') }}
where is_overdue
