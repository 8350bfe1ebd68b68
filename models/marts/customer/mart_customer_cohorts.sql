-- One row is one month in the life of one cohort: customers whose first order lies in the same month, and how
-- many of them ordered so many months later, months without orders included, up to the month as of which
-- reports look (dim_run_date). Worked out whole: one early order moves a customer to another cohort. Leaves
-- out guests, cancelled orders and days that dim_date does not cover.
{{ config(
    unique_key=['cohort_month', 'months_since'],
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'mart_order_summary': 'all',
                'dim_run_date': 'all',
            },
        },
        'trace': {
            'mart_order_summary': [
                {'cohort_month': "date_trunc('month', order_date)"},
                {'order_month': "date_trunc('month', order_date)"},
            ],
        },
        'physical_reason': {
            'dist': 'Months by months: some thousand rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
    where {{ is_affected() }}
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
    where {{ is_affected() }}
),

dim_date as (
    select * from {{ ref('dim_date') }}
    where date_day = first_day_of_month
),

ordered as (
    select
        customer_durable_key,
        revenue_amount,
        {{ first_day_of('month', 'order_date') }} as order_month
    from mart_order_summary
    where
        customer_durable_key >= 0
        and order_date_key >= 0
        and not is_cancelled
),

placed as (
    select
        *,
        min(order_month) over (partition by customer_durable_key) as cohort_month,
        max(order_month) over () as last_order_month
    from ordered
),

active as (
    select
        cohort_month,
        order_month,
        last_order_month,
        count(distinct customer_durable_key) as active_customer_count,
        count(*) as order_count,
        coalesce(sum(revenue_amount), 0) as revenue_amount
    from placed
    group by
        cohort_month,
        order_month,
        last_order_month
),

-- With a row of nothing for each later month; an order can be ahead of the run date by a day or by a slip,
-- and its month is shown too.
spanned as (
    select
        cohort_month,
        order_month,
        active_customer_count,
        order_count,
        revenue_amount
    from active

    union all

    select
        active.cohort_month,
        dim_date.date_day as order_month,
        0 as active_customer_count,
        0 as order_count,
        0 as revenue_amount
    from active
    cross join dim_run_date
    inner join dim_date
        on
            active.cohort_month < dim_date.date_day
            and (
                active.last_order_month >= dim_date.date_day
                or dim_run_date.run_date >= dim_date.date_day
            )
    where active.cohort_month = active.order_month
),

summed as (
    select
        cohort_month,
        order_month,
        sum(active_customer_count) as active_customer_count,
        sum(order_count) as order_count,
        sum(revenue_amount) as revenue_amount,
        (extract(year from order_month) - extract(year from cohort_month)) * 12
        + extract(month from order_month) - extract(month from cohort_month) as months_since
    from spanned
    group by
        cohort_month,
        order_month
),

-- All members of a cohort are active in its first month.
sized as (
    select
        *,
        max(case when order_month = cohort_month then active_customer_count end) over (
            partition by cohort_month
        ) as customer_count
    from summed
),

mart_customer_cohorts as (
    select
        ---------- keys
        cohort_month,
        cast(months_since as integer) as months_since,

        ---------- measures
        cast(customer_count as bigint) as customer_count,
        cast(active_customer_count as bigint) as active_customer_count,
        cast(order_count as bigint) as order_count,
        cast(revenue_amount as decimal(18, 2)) as revenue_amount,
        {{ ratio('active_customer_count', 'customer_count') }} as retention_rate,

        ---------- dates
        order_month
    from sized
)

select * from mart_customer_cohorts
