-- One row is one customer as seen on the day as of which reports look (dim_run_date), one without orders too:
-- what was ordered and came back, the customer's worth, scores and segment, and the person with its contacts.
-- Worked out whole for that day, because scores compare each with all others. Leaves out guests, of whom
-- nothing is known.
{{ config(
    unique_key='customer_durable_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'dim_customer': 'all',
                'mart_order_summary': 'all',
                'fct_returns': 'all',
                'fct_interactions': 'all',
                'bridge_customer_records': 'all',
                'dim_run_date': 'all',
            },
        },
        'trace': {
            'bridge_customer_records': {'customer_durable_key': 'person_customer_durable_key'},
        },
        'physical_reason': {
            'dist': 'Joined with facts that lie by order, like dim_customer. Under 3 million rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

dim_customer as (
    select * from {{ ref('dim_customer') }}
    where {{ is_affected() }} and is_current
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
    where {{ is_affected() }}
),

fct_returns as (
    select * from {{ ref('fct_returns') }}
    where {{ is_affected() }}
),

fct_interactions as (
    select * from {{ ref('fct_interactions') }}
    where {{ is_affected() }}
),

bridge_customer_records as (
    select * from {{ ref('bridge_customer_records') }}
    where {{ is_affected() }}
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
    where {{ is_affected() }}
),

mart_thresholds as (
    select * from {{ ref('mart_thresholds') }}
    where threshold_name = 'churned_after_days'
),

rfm_segments as (
    select * from {{ ref('rfm_segments') }}
),

-- United and summed, not joined: an order and a return never multiply each other. Interactions go to the one
-- account that stands for the person, so that no sum over accounts counts one twice.
movements as (
    select
        customer_durable_key,
        case when is_cancelled then 0 else 1 end as order_count,
        case when is_cancelled then 1 else 0 end as cancelled_order_count,
        revenue_amount,
        case when revenue_amount is null then 1 else 0 end as unconverted_count,
        case when not is_cancelled then ordered_at end as ordered_at,
        case when not is_cancelled then order_date end as order_date,
        0 as returned_quantity,
        cast(0 as decimal(18, 2)) as refund_amount,
        0 as interaction_count,
        cast(null as timestamp) as interaction_at
    from mart_order_summary

    union all

    select
        customer_durable_key,
        0 as order_count,
        0 as cancelled_order_count,
        cast(0 as decimal(18, 2)) as revenue_amount,
        case when refund_excluding_tax_amount_reporting is null then 1 else 0 end as unconverted_count,
        cast(null as timestamp) as ordered_at,
        cast(null as date) as order_date,
        quantity as returned_quantity,
        refund_excluding_tax_amount_reporting as refund_amount,
        0 as interaction_count,
        cast(null as timestamp) as interaction_at
    from fct_returns

    union all

    select
        records.person_customer_durable_key as customer_durable_key,
        0 as order_count,
        0 as cancelled_order_count,
        cast(0 as decimal(18, 2)) as revenue_amount,
        0 as unconverted_count,
        cast(null as timestamp) as ordered_at,
        cast(null as date) as order_date,
        0 as returned_quantity,
        cast(0 as decimal(18, 2)) as refund_amount,
        1 as interaction_count,
        interactions.occurred_at as interaction_at
    from fct_interactions as interactions
    inner join bridge_customer_records as records
        on interactions.contact_key = records.record_key
),

summed as (
    select
        customer_durable_key,
        sum(order_count) as order_count,
        sum(cancelled_order_count) as cancelled_order_count,
        coalesce(sum(revenue_amount), 0) as revenue_amount,
        coalesce(sum(refund_amount), 0) as refund_amount,
        sum(returned_quantity) as returned_quantity,
        sum(unconverted_count) as unconverted_count,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        max(ordered_at) as last_ordered_at,
        sum(interaction_count) as interaction_count,
        max(interaction_at) as last_interaction_at
    from movements
    group by customer_durable_key
),

-- Fifths of the customers who ordered; equal ones are told apart by their key, so that each run does alike.
scored as (
    select
        customer_durable_key,
        cast(ntile(5) over (
            order by last_ordered_at asc nulls first, customer_durable_key asc nulls first
        ) as integer) as recency_score,
        cast(ntile(5) over (
            order by order_count asc nulls first, customer_durable_key asc nulls first
        ) as integer) as frequency_score,
        cast(ntile(5) over (
            order by revenue_amount - refund_amount asc nulls first, customer_durable_key asc nulls first
        ) as integer) as monetary_score
    from summed
    where order_count > 0 and customer_durable_key >= 0
),

described as (
    select
        customers.*,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        rfm_segments.segment_name,
        summed.first_order_date,
        summed.last_order_date,
        summed.last_interaction_at,
        dim_run_date.run_date,
        mart_thresholds.threshold_value,
        coalesce(summed.order_count, 0) as order_count,
        coalesce(summed.cancelled_order_count, 0) as cancelled_order_count,
        coalesce(summed.revenue_amount, 0) as revenue_amount,
        coalesce(summed.refund_amount, 0) as refund_amount,
        coalesce(summed.returned_quantity, 0) as returned_quantity,
        coalesce(summed.unconverted_count, 0) as unconverted_count,
        coalesce(summed.interaction_count, 0) as interaction_count,
        case
            when summed.last_order_date > dim_run_date.run_date then 0
            else {{ days_between('summed.last_order_date', 'dim_run_date.run_date') }}
        end as recency_days
    from dim_customer as customers
    cross join dim_run_date
    cross join mart_thresholds
    left join summed
        on customers.customer_durable_key = summed.customer_durable_key
    left join scored
        on customers.customer_durable_key = scored.customer_durable_key
    left join rfm_segments
        on
            scored.recency_score = rfm_segments.recency_score
            and scored.frequency_score = rfm_segments.frequency_score
    where customers.customer_durable_key >= 0
),

mart_customer_360 as (
    select
        ---------- keys
        customer_durable_key,

        ---------- foreign keys
        master_customer_id,

        ---------- attributes
        segment,
        country_code,
        cast(coalesce(segment_name, 'no orders') as varchar(32)) as rfm_segment,

        ---------- measures
        cast(order_count as bigint) as order_count,
        cast(cancelled_order_count as bigint) as cancelled_order_count,
        cast(revenue_amount as decimal(18, 2)) as revenue_amount,
        {{ ratio('revenue_amount', 'order_count', scale=2) }} as average_order_value,
        cast(returned_quantity as bigint) as returned_quantity,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        cast(revenue_amount - refund_amount as decimal(18, 2)) as lifetime_value_amount,
        cast(unconverted_count as bigint) as unconverted_count,
        recency_days,
        recency_score,
        frequency_score,
        monetary_score,
        cast(interaction_count as bigint) as interaction_count,

        ---------- flags
        coalesce(recency_days > threshold_value, false) as is_churned,
        is_deleted,
        is_inferred,

        ---------- dates and timestamps
        registered_date,
        first_order_date,
        last_order_date,
        last_interaction_at,
        run_date
    from described
)

select * from mart_customer_360
