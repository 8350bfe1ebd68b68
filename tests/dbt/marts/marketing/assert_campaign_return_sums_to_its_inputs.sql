-- Guards the return of campaigns: clicks and cost are those of the platforms, revenue and orders per model
-- those of the attribution, orders that are not cancelled.

with

mart_campaign_return as (
    select * from {{ ref('mart_campaign_return') }}
),

credited_orders as (
    select
        credits.*,
        orders.is_cancelled
    from {{ ref('mart_attribution') }} as credits
    inner join {{ ref('mart_order_summary') }} as orders
        on credits.order_id = orders.order_id
),

expected as (
    select
        (select coalesce(sum(spent.clicks), 0) from {{ ref('fct_ad_spend_daily') }} as spent) as click_count,
        (select coalesce(sum(spent.spend_amount_reporting), 0) from {{ ref('fct_ad_spend_daily') }} as spent)
            as spend_amount,
        coalesce(sum(case when attribution_model = 'first' then credited_revenue_amount end), 0)
            as first_amount,
        coalesce(sum(case when attribution_model = 'last' then credited_revenue_amount end), 0)
            as last_amount,
        coalesce(sum(case when attribution_model = 'linear' then credited_revenue_amount end), 0)
            as linear_amount,
        coalesce(sum(case when attribution_model = 'time_decay' then credited_revenue_amount end), 0)
            as time_decay_amount,
        count(distinct case when not is_cancelled then order_id end) as order_count
    from credited_orders
),

found as (
    select
        coalesce(sum(click_count), 0) as click_count,
        coalesce(sum(spend_amount_reporting), 0) as spend_amount,
        coalesce(sum(first_revenue_amount), 0) as first_amount,
        coalesce(sum(last_revenue_amount), 0) as last_amount,
        coalesce(sum(linear_revenue_amount), 0) as linear_amount,
        coalesce(sum(time_decay_revenue_amount), 0) as time_decay_amount,
        coalesce(sum(first_order_count), 0) as first_order_count,
        coalesce(sum(last_order_count), 0) as last_order_count,
        coalesce(sum(linear_order_count), 0) as linear_order_count,
        coalesce(sum(time_decay_order_count), 0) as time_decay_order_count
    from mart_campaign_return
),

assert_campaign_return_sums_to_its_inputs as (
    select
        found.*,
        expected.order_count
    from found
    cross join expected
    where
        found.click_count != expected.click_count
        or found.spend_amount != expected.spend_amount
        or found.first_amount != expected.first_amount
        or found.last_amount != expected.last_amount
        or found.linear_amount != expected.linear_amount
        or found.time_decay_amount != expected.time_decay_amount
        or found.first_order_count != expected.order_count
        or found.last_order_count != expected.order_count
        or found.linear_order_count != expected.order_count
        or found.time_decay_order_count != expected.order_count
)

select * from assert_campaign_return_sums_to_its_inputs
