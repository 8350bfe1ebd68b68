-- One row is one line sold as it moves through the milestones of its order (accumulating snapshot): the row
-- changes when the order advances, or falls back. A store sale is placed, paid and delivered at once.
-- Milestones are moments in UTC; their date keys are days by the clock of the market, like order_date.
{{ config(
    unique_key='order_item_id',
    dist='order_id',
    sort='order_date',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'int_orders__value_lines': 'order_id',
                'int_orders__unite_orders': 'order_id',
                'int_orders__date_milestones': 'order_id',
            },
        },
        'physical_reason': {
            'dist': 'Like fct_order_items, so that the two meet without moving rows.',
            'sort': 'Most queries bound the date.',
            'encode': 'Columns of a few hundred values at most: a dictionary of one byte each.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_orders__value_lines as (
    select * from {{ ref('int_orders__value_lines') }}
    where {{ is_affected('order_id', of='int_orders__value_lines') }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
    where {{ is_affected('order_id', of='int_orders__unite_orders') }}
),

int_orders__date_milestones as (
    select * from {{ ref('int_orders__date_milestones') }}
    where {{ is_affected('order_id', of='int_orders__date_milestones') }}
),

order_statuses as (
    select * from {{ ref('order_statuses') }}
),

countries as (
    select * from {{ ref('countries') }}
),

moved as (
    select
        sold.order_item_id,
        sold.order_id,
        sold.source_system,
        sold.product_id,
        sold.quantity,
        sold.net_amount,
        sold.order_date,
        orders.order_status,
        coalesce(order_statuses.is_open, false) as is_open,
        coalesce(order_statuses.is_cancelled, false) as is_cancelled,
        orders.promised_date,
        case when sold.source_system = 'pos' then orders.ordered_at else milestones.placed_at end
            as placed_at,
        case when sold.source_system = 'pos' then orders.ordered_at else milestones.paid_at end as paid_at,
        milestones.shipped_at,
        case when sold.source_system = 'pos' then orders.ordered_at else milestones.delivered_at end
            as delivered_at,
        milestones.cancelled_at,
        coalesce(milestones.has_milestone_violation, false) as has_milestone_violation,
        coalesce(countries.time_zone, 'UTC') as time_zone
    from int_orders__value_lines as sold
    left join int_orders__unite_orders as orders
        on sold.order_id = orders.order_id
    left join int_orders__date_milestones as milestones
        on sold.order_id = milestones.order_id
    left join order_statuses
        on orders.order_status = order_statuses.order_status
    left join countries
        on orders.country_code = countries.country_code
),

-- The clock of a till may be off: the days of a store sale are its business date.
dated as (
    select
        *,
        case
            when source_system = 'pos' then order_date
            else cast({{ local_time('paid_at', 'time_zone') }} as date)
        end as paid_date,
        cast({{ local_time('shipped_at', 'time_zone') }} as date) as shipped_date,
        case
            when source_system = 'pos' then order_date
            else cast({{ local_time('delivered_at', 'time_zone') }} as date)
        end as delivered_date
    from moved
),

fct_order_lifecycle as (
    select
        ---------- keys
        order_item_id,
        order_id,
        source_system,

        ---------- foreign keys
        {{ member_key('order_date', calendar_key('order_date')) }} as order_date_key,
        {{ member_key('paid_date', calendar_key('paid_date'), missing=-2) }} as paid_date_key,
        {{ member_key('shipped_date', calendar_key('shipped_date'), missing=-2) }} as shipped_date_key,
        {{ member_key('delivered_date', calendar_key('delivered_date'), missing=-2) }} as delivered_date_key,
        {{ member_key('product_id', hash_key(['product_id']), missing=-2) }} as product_durable_key,

        ---------- attributes
        order_status,

        ---------- measures
        quantity,
        net_amount,
        {{ seconds_between('placed_at', 'paid_at') }} as placed_to_paid_seconds,
        {{ seconds_between('paid_at', 'shipped_at') }} as paid_to_shipped_seconds,
        {{ seconds_between('shipped_at', 'delivered_at') }} as shipped_to_delivered_seconds,
        {{ days_between('promised_date', 'delivered_date') }} as days_late,

        ---------- flags
        is_open,
        is_cancelled,
        has_milestone_violation,

        ---------- dates and timestamps
        order_date,
        promised_date,
        placed_at,
        paid_at,
        shipped_at,
        delivered_at,
        cancelled_at
    from dated
)

select * from fct_order_lifecycle
