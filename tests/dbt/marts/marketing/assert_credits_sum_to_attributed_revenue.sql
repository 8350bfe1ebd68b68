-- Guards the attribution: every known order that a web event reports is credited by every model, per order
-- and model the credits sum to its revenue to the cent and the shares to one order, or to none where it is
-- cancelled, and no touch lies outside of the lookback window.

with

mart_attribution as (
    select * from {{ ref('mart_attribution') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
),

lookback as (
    select threshold_value as lookback_days
    from {{ ref('mart_thresholds') }}
    where threshold_name = 'attribution_lookback_days'
),

reported as (
    select distinct
        orders.order_id,
        orders.revenue_amount,
        case when orders.is_cancelled then 0 else 1 end as order_count
    from {{ ref('fct_page_events') }} as events
    inner join {{ ref('mart_order_summary') }} as orders
        on events.order_id = orders.order_id
    where events.event_name = 'purchase'
),

expected as (
    select
        reported.order_id,
        reported.revenue_amount,
        reported.order_count,
        attribution_models.attribution_model
    from reported
    cross join attribution_models
),

credited as (
    select
        order_id,
        attribution_model,
        sum(credited_revenue_amount) as credited_revenue_amount,
        sum(order_share) as order_share,
        count(*) as credit_count,
        count(distinct session_key) as session_count,
        max(days_before_purchase) as most_days
    from mart_attribution
    group by
        order_id,
        attribution_model
),

assert_credits_sum_to_attributed_revenue as (
    select
        coalesce(expected.order_id, credited.order_id) as order_id,
        expected.revenue_amount,
        credited.*
    from expected
    full outer join credited
        on
            expected.order_id = credited.order_id
            and expected.attribution_model = credited.attribution_model
    cross join lookback
    where
        expected.order_id is null
        or credited.order_id is null
        or {{ is_distinct('expected.revenue_amount', 'credited.credited_revenue_amount') }}
        or credited.order_share != expected.order_count
        or credited.credit_count != credited.session_count
        or credited.most_days > lookback.lookback_days
)

select * from assert_credits_sum_to_attributed_revenue
