-- One row is one order that somebody should look at on the day as of which reports look (dim_run_date): its
-- score reaches the threshold review_score and it has not left the warehouse. Worked out whole for that day.
-- Leaves out orders that are shipped, delivered or cancelled: too late, or settled.
{{ config(
    unique_key='order_id',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'mart_order_risk': 'all',
                'mart_order_summary': 'all',
                'dim_run_date': 'all',
            },
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

mart_order_risk as (
    select * from {{ ref('mart_order_risk') }}
    where {{ is_affected() }} and is_to_review
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
    where {{ is_affected() }}
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
    where {{ is_affected() }}
),

order_statuses as (
    select * from {{ ref('order_statuses') }}
),

-- A status that the seed lacks is looked at rather than passed over.
waiting as (
    select
        risks.*,
        orders.order_status,
        dim_run_date.run_date,
        case
            when risks.order_date > dim_run_date.run_date then 0
            else {{ days_between('risks.order_date', 'dim_run_date.run_date') }}
        end as waiting_days
    from mart_order_risk as risks
    inner join mart_order_summary as orders
        on risks.order_id = orders.order_id
    cross join dim_run_date
    left join order_statuses as statuses
        on orders.order_status = statuses.order_status
    where coalesce(statuses.is_open, true) and coalesce(statuses.milestone, '') != 'shipped'
),

mart_review_queue as (
    select
        ---------- keys
        order_id,

        ---------- foreign keys
        customer_durable_key,

        ---------- attributes
        order_status,

        ---------- measures
        row_number() over (
            order by risk_score desc nulls last, ordered_at asc nulls last, order_id asc nulls last
        ) as queue_position,
        risk_score,
        total_amount_reporting,
        waiting_days,

        ---------- dates and timestamps
        order_date,
        ordered_at,
        run_date
    from waiting
)

select * from mart_review_queue
