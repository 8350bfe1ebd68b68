-- One row is one store in one period of the 4-5-4 retail calendar: its sales, and those of the same weekdays
-- a year (364 days) before, up to the day as of which reports look (dim_run_date), so that a period that goes
-- on is compared with as much of the one before. Same-store growth is the sums of both over the rows that
-- are comparable. Leaves out sales without a store and days that dim_date does not cover.
{{ config(
    unique_key=['retail_year', 'retail_period', 'store_key'],
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'fct_order_items': 'all',
                'dim_store': 'all',
                'dim_run_date': 'all',
            },
        },
        'physical_reason': {
            'dist': 'Stores by periods: some hundred thousand rows at most.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
    where {{ is_affected() }}
),

dim_store as (
    select * from {{ ref('dim_store') }}
    where {{ is_affected() }}
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
    where {{ is_affected() }}
),

dim_date as (
    select * from {{ ref('dim_date') }}
),

days_so_far as (
    select dim_date.*
    from dim_date
    inner join dim_run_date
        on dim_date.date_day <= dim_run_date.run_date
),

sold as (
    select
        store_key,
        order_date_key,
        coalesce(sum(net_excluding_tax_amount_reporting), 0) as net_sales_amount
    from fct_order_items
    where store_key >= 0 and order_date_key >= 0
    group by
        store_key,
        order_date_key
),

-- Each day's sales count on the day, and as what the day 364 days later is compared with.
compared as (
    select
        sold.store_key,
        days_so_far.retail_year,
        days_so_far.retail_period,
        sold.net_sales_amount,
        cast(0 as decimal(18, 2)) as comparable_sales_amount
    from sold
    inner join days_so_far
        on sold.order_date_key = days_so_far.date_key

    union all

    select
        sold.store_key,
        days_so_far.retail_year,
        days_so_far.retail_period,
        cast(0 as decimal(18, 2)) as net_sales_amount,
        sold.net_sales_amount as comparable_sales_amount
    from sold
    inner join days_so_far
        on sold.order_date_key = days_so_far.comparable_date_key
),

summed as (
    select
        store_key,
        retail_year,
        retail_period,
        cast(sum(net_sales_amount) as decimal(18, 2)) as net_sales_amount,
        cast(sum(comparable_sales_amount) as decimal(18, 2)) as comparable_sales_amount
    from compared
    group by
        store_key,
        retail_year,
        retail_period
),

periods as (
    select
        retail_year,
        retail_period,
        min(date_day) as first_date,
        max(date_day) as last_date,
        count(*) as day_count
    from days_so_far
    group by
        retail_year,
        retail_period
),

-- Open on every day of both: from before the first day that is compared with, to beyond the last day so far.
matched as (
    select
        summed.*,
        periods.first_date,
        periods.last_date,
        periods.day_count,
        coalesce(stores.opened_date <= {{ add_days('periods.first_date', -364) }}, false)
        and coalesce(stores.closed_date > periods.last_date, true) as is_comparable
    from summed
    inner join periods
        on
            summed.retail_year = periods.retail_year
            and summed.retail_period = periods.retail_period
    inner join dim_store as stores
        on summed.store_key = stores.store_key
),

mart_store_growth as (
    select
        ---------- keys
        retail_year,
        retail_period,
        store_key,

        ---------- measures
        cast(day_count as bigint) as day_count,
        net_sales_amount,
        comparable_sales_amount,
        case
            when is_comparable
                then {{ ratio('net_sales_amount - comparable_sales_amount', 'comparable_sales_amount') }}
        end as growth_rate,

        ---------- flags
        is_comparable,

        ---------- dates
        first_date,
        last_date
    from matched
)

select * from mart_store_growth
