{{ config(severity='warn') }}

-- Warns of orders whose captured payments differ from what the customer owes by more than the threshold
-- payment_difference_amount (seed quality_thresholds), or cannot be compared because a payment is in another
-- currency.

select
    order_id,
    currency_code,
    payment_state,
    total_amount,
    captured_amount,
    payment_difference_amount
from {{ ref('mart_order_summary') }}
where payment_state in ('differs', 'other_currency')
