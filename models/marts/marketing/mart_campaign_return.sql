-- One row is one campaign on one day: what it cost, the clicks, the sessions that it led in, and the revenue
-- and orders that each attribution model credits these sessions with, on the day of the session and not of
-- the order, so that return and cost meet. Contains sessions without a campaign (campaign_key -2), so that
-- sums are those of the inputs. Ratios are of the row: over rows, divide the sums.
{{ config(
    unique_key=['campaign_key', 'date_key'],
    sort='date_key',
    meta={
        'recompute': {
            'by': 'date_key',
            'after': {
                'fct_ad_spend_daily': 'spend_date_key',
                'fct_sessions': 'session_date_key',
                'mart_attribution': 'session_date_key',
            },
        },
        'physical_reason': {
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

fct_ad_spend_daily as (
    select * from {{ ref('fct_ad_spend_daily') }}
    where {{ is_affected('spend_date_key', of='fct_ad_spend_daily') }}
),

fct_sessions as (
    select * from {{ ref('fct_sessions') }}
    where {{ is_affected('session_date_key', of='fct_sessions') }}
),

mart_attribution as (
    select * from {{ ref('mart_attribution') }}
    where {{ is_affected('session_date_key', of='mart_attribution') }}
),

spent as (
    select
        campaign_key,
        spend_date_key as date_key,
        sum(impressions) as impression_count,
        sum(clicks) as click_count,
        sum(spend_amount_reporting) as spend_amount,
        sum(case when spend_amount_reporting is null then 1 else 0 end) as unconverted_count
    from fct_ad_spend_daily
    group by
        campaign_key,
        spend_date_key
),

visited as (
    select
        campaign_key,
        session_date_key as date_key,
        count(*) as session_count
    from fct_sessions
    group by
        campaign_key,
        session_date_key
),

credited as (
    select
        campaign_key,
        session_date_key as date_key,
        sum(case when attribution_model = 'first' then credited_revenue_amount else 0 end)
            as first_revenue_amount,
        sum(case when attribution_model = 'first' then order_share else 0 end)
            as first_order_count,
        sum(case when attribution_model = 'last' then credited_revenue_amount else 0 end)
            as last_revenue_amount,
        sum(case when attribution_model = 'last' then order_share else 0 end)
            as last_order_count,
        sum(case when attribution_model = 'linear' then credited_revenue_amount else 0 end)
            as linear_revenue_amount,
        sum(case when attribution_model = 'linear' then order_share else 0 end)
            as linear_order_count,
        sum(case when attribution_model = 'time_decay' then credited_revenue_amount else 0 end)
            as time_decay_revenue_amount,
        sum(case when attribution_model = 'time_decay' then order_share else 0 end)
            as time_decay_order_count
    from mart_attribution
    group by
        campaign_key,
        session_date_key
),

days as (
    select
        campaign_key,
        date_key
    from spent

    union

    select
        campaign_key,
        date_key
    from visited
),

-- Credits lie on sessions, so every one of their days is a day of visits.
joined as (
    select
        days.campaign_key,
        days.date_key,
        coalesce(spent.impression_count, 0) as impression_count,
        coalesce(spent.click_count, 0) as click_count,
        case when spent.unconverted_count > 0 then null else coalesce(spent.spend_amount, 0) end
            as spend_amount,
        coalesce(visited.session_count, 0) as session_count,
        coalesce(credited.first_revenue_amount, 0) as first_revenue_amount,
        coalesce(credited.first_order_count, 0) as first_order_count,
        coalesce(credited.last_revenue_amount, 0) as last_revenue_amount,
        coalesce(credited.last_order_count, 0) as last_order_count,
        coalesce(credited.linear_revenue_amount, 0) as linear_revenue_amount,
        coalesce(credited.linear_order_count, 0) as linear_order_count,
        coalesce(credited.time_decay_revenue_amount, 0) as time_decay_revenue_amount,
        coalesce(credited.time_decay_order_count, 0) as time_decay_order_count
    from days
    left join spent
        on days.campaign_key = spent.campaign_key and days.date_key = spent.date_key
    left join visited
        on days.campaign_key = visited.campaign_key and days.date_key = visited.date_key
    left join credited
        on days.campaign_key = credited.campaign_key and days.date_key = credited.date_key
),

mart_campaign_return as (
    select
        ---------- keys
        campaign_key,
        date_key,

        ---------- measures: cost and visits
        cast(impression_count as bigint) as impression_count,
        cast(click_count as bigint) as click_count,
        cast(spend_amount as decimal(18, 2)) as spend_amount_reporting,
        cast(session_count as bigint) as session_count,
        {{ ratio('spend_amount', 'click_count', 6) }} as cost_per_click,

        ---------- measures: what each model credits
        cast(first_revenue_amount as decimal(18, 2)) as first_revenue_amount,
        cast(first_order_count as decimal(18, 6)) as first_order_count,
        {{ ratio('first_revenue_amount', 'spend_amount', 6) }} as first_return_on_ad_spend,
        {{ ratio('spend_amount', 'first_order_count', 6) }}
            as first_cost_per_acquisition,
        cast(last_revenue_amount as decimal(18, 2)) as last_revenue_amount,
        cast(last_order_count as decimal(18, 6)) as last_order_count,
        {{ ratio('last_revenue_amount', 'spend_amount', 6) }} as last_return_on_ad_spend,
        {{ ratio('spend_amount', 'last_order_count', 6) }}
            as last_cost_per_acquisition,
        cast(linear_revenue_amount as decimal(18, 2)) as linear_revenue_amount,
        cast(linear_order_count as decimal(18, 6)) as linear_order_count,
        {{ ratio('linear_revenue_amount', 'spend_amount', 6) }} as linear_return_on_ad_spend,
        {{ ratio('spend_amount', 'linear_order_count', 6) }}
            as linear_cost_per_acquisition,
        cast(time_decay_revenue_amount as decimal(18, 2)) as time_decay_revenue_amount,
        cast(time_decay_order_count as decimal(18, 6)) as time_decay_order_count,
        {{ ratio('time_decay_revenue_amount', 'spend_amount', 6) }} as time_decay_return_on_ad_spend,
        {{ ratio('spend_amount', 'time_decay_order_count', 6) }}
            as time_decay_cost_per_acquisition
    from joined
)

select * from mart_campaign_return
