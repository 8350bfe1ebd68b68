{%- set attribution_models = ['first', 'last', 'linear', 'time_decay'] %}
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
        {%- for name in attribution_models %}
        sum(case when attribution_model = '{{ name }}' then credited_revenue_amount else 0 end)
            as {{ name }}_revenue_amount,
        sum(case when attribution_model = '{{ name }}' then order_share else 0 end)
            as {{ name }}_order_count{{ ',' if not loop.last }}
        {%- endfor %}
    from mart_attribution
    group by
        campaign_key,
        session_date_key
),

days as (
    select campaign_key, date_key from spent

    union

    select campaign_key, date_key from visited
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
        {%- for name in attribution_models %}
        coalesce(credited.{{ name }}_revenue_amount, 0) as {{ name }}_revenue_amount,
        coalesce(credited.{{ name }}_order_count, 0) as {{ name }}_order_count{{ ',' if not loop.last }}
        {%- endfor %}
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
        {%- for name in attribution_models %}
        cast({{ name }}_revenue_amount as decimal(18, 2)) as {{ name }}_revenue_amount,
        cast({{ name }}_order_count as decimal(18, 6)) as {{ name }}_order_count,
        {{ ratio(name ~ '_revenue_amount', 'spend_amount', 6) }} as {{ name }}_return_on_ad_spend,
        {{ ratio('spend_amount', name ~ '_order_count', 6) }}
            as {{ name }}_cost_per_acquisition{{ ',' if not loop.last }}
        {%- endfor %}
    from joined
)

select * from mart_campaign_return
