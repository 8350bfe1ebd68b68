-- One row is one shop order with the moment at which it first reached each milestone. Real sources date
-- milestones out of order (Olist: 279 orders reached the carrier before their payment was approved), so that
-- is flagged, never refused. Read by fct_order_lifecycle.
{{ config(
    unique_key='order_id',
    sort='placed_at',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'int_orders__track_status_history': 'order_id',
            },
        },
        'physical_reason': {'sort': 'Readers look for orders of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_orders__track_status_history as (
    select * from {{ ref('int_orders__track_status_history') }}
    where {{ is_affected('order_id', of='int_orders__track_status_history') }}
),

order_statuses as (
    select * from {{ ref('order_statuses') }}
),

milestones as (
    select
        history.order_id,
        min(case when order_statuses.milestone = 'placed' then history.reached_at end) as placed_at,
        min(case when order_statuses.milestone = 'paid' then history.reached_at end) as paid_at,
        min(case when order_statuses.milestone = 'shipped' then history.reached_at end) as shipped_at,
        min(case when order_statuses.milestone = 'delivered' then history.reached_at end) as delivered_at,
        min(case when order_statuses.is_cancelled then history.reached_at end) as cancelled_at
    from int_orders__track_status_history as history
    left join order_statuses
        on history.order_status = order_statuses.order_status
    group by history.order_id
),

int_orders__date_milestones as (
    select
        order_id,
        placed_at,
        paid_at,
        shipped_at,
        delivered_at,
        cancelled_at,
        coalesce(paid_at < placed_at, false)
        or coalesce(shipped_at < coalesce(paid_at, placed_at), false)
        or coalesce(delivered_at < coalesce(shipped_at, paid_at, placed_at), false)
            as has_milestone_violation
    from milestones
)

select * from int_orders__date_milestones
