{{ config(severity='warn') }}

-- Warns of orders that the source says were shipped before they were paid, or delivered before they were
-- shipped, and so on (Olist: 279 orders at the carrier before approval). Their lags are negative; leave them
-- out by has_milestone_violation.

select
    order_id,
    min(placed_at) as placed_at,
    min(paid_at) as paid_at,
    min(shipped_at) as shipped_at,
    min(delivered_at) as delivered_at
from {{ ref('fct_order_lifecycle') }}
where has_milestone_violation
group by order_id
