-- Guards the flag: a negative lag between milestones, or a milestone before the order, never goes without
-- has_milestone_violation, so leaving the flagged rows out leaves no negative lag.

select
    order_item_id,
    placed_to_paid_seconds,
    paid_to_shipped_seconds,
    shipped_to_delivered_seconds
from {{ ref('fct_order_lifecycle') }}
where
    not has_milestone_violation
    and (
        placed_to_paid_seconds < 0
        or paid_to_shipped_seconds < 0
        or shipped_to_delivered_seconds < 0
    )
