-- Guards the cohorts: their members sum to the customers with an order, in each month as many are active and
-- as much was ordered as the orders say, and no cohort has a month missing.

with

mart_customer_cohorts as (
    select * from {{ ref('mart_customer_cohorts') }}
),

orders as (
    select
        *,
        {{ first_day_of('month', 'order_date') }} as order_month
    from {{ ref('mart_order_summary') }}
    where customer_durable_key >= 0 and order_date_key >= 0 and not is_cancelled
),

members as (
    select coalesce(sum(customer_count), 0) as customer_count
    from mart_customer_cohorts
    where months_since = 0
),

customers as (
    select count(distinct customer_durable_key) as customer_count
    from orders
),

months as (
    select
        order_month,
        sum(active_customer_count) as active_customer_count,
        sum(order_count) as order_count,
        sum(revenue_amount) as revenue_amount
    from mart_customer_cohorts
    group by order_month
),

ordered as (
    select
        order_month,
        count(distinct customer_durable_key) as active_customer_count,
        count(*) as order_count,
        coalesce(sum(revenue_amount), 0) as revenue_amount
    from orders
    group by order_month
),

lengths as (
    select
        cohort_month,
        count(*) as month_count,
        max(months_since) as last_month
    from mart_customer_cohorts
    group by cohort_month
),

assert_cohorts_sum_to_the_customers as (
    select
        'members' as broken_rule,
        cast(null as date) as broken_month
    from members
    cross join customers
    where members.customer_count != customers.customer_count

    union all

    select
        'a month' as broken_rule,
        ordered.order_month as broken_month
    from ordered
    left join months
        on ordered.order_month = months.order_month
    where
        months.order_month is null
        or months.active_customer_count != ordered.active_customer_count
        or months.order_count != ordered.order_count
        or months.revenue_amount != ordered.revenue_amount

    union all

    select
        'a gap' as broken_rule,
        cohort_month as broken_month
    from lengths
    where month_count != last_month + 1
)

select * from assert_cohorts_sum_to_the_customers
