-- One row is one day, traffic medium, campaign and kind of device: how many sessions came to which step of
-- the funnel. A session counts for its deepest step (fct_sessions.deepest_step) and for all before it, so
-- that steps never rise. Contains sessions of every origin. Leaves out bots.
{{ config(
    unique_key=['session_date_key', 'traffic_medium', 'campaign_key', 'device_category'],
    sort='session_date_key',
    meta={
        'recompute': {
            'by': 'session_date_key',
            'after': {
                'fct_sessions': 'session_date_key',
                'dim_device': {
                    'through': 'fct_sessions',
                    'match': {'device_key': 'device_key'},
                    'reads': [],
                },
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

fct_sessions as (
    select * from {{ ref('fct_sessions') }}
    where {{ is_affected('session_date_key', of='fct_sessions') }}
),

dim_device as (
    select * from {{ ref('dim_device') }}
),

-- How many steps beyond its beginning a session came.
stepped as (
    select
        sessions.*,
        coalesce(dim_device.device_category, 'unknown') as device_category,
        case sessions.deepest_step
            when 'purchase' then 4
            when 'checkout' then 3
            when 'cart' then 2
            when 'view' then 1
            else 0
        end as step_number
    from fct_sessions as sessions
    left join dim_device
        on sessions.device_key = dim_device.device_key
),

-- A day that dim_date does not cover is unknown like one that is missing.
counted as (
    select
        session_date_key,
        traffic_medium,
        campaign_key,
        device_category,
        max(case when session_date_key != -1 then session_date end) as session_date,
        count(*) as session_count,
        sum(case when step_number >= 1 then 1 else 0 end) as view_session_count,
        sum(case when step_number >= 2 then 1 else 0 end) as cart_session_count,
        sum(case when step_number >= 3 then 1 else 0 end) as checkout_session_count,
        sum(case when step_number >= 4 then 1 else 0 end) as purchase_session_count,
        sum(purchase_count) as purchase_count,
        coalesce(sum(purchase_amount_reporting), 0) as purchase_amount_reporting,
        sum(case when purchase_count > 0 and purchase_amount_reporting is null then 1 else 0 end)
            as unconverted_session_count
    from stepped
    group by
        session_date_key,
        traffic_medium,
        campaign_key,
        device_category
),

mart_funnel_daily as (
    select
        ---------- keys
        session_date_key,
        traffic_medium,
        campaign_key,
        device_category,

        ---------- measures
        cast(session_count as bigint) as session_count,
        cast(view_session_count as bigint) as view_session_count,
        cast(cart_session_count as bigint) as cart_session_count,
        cast(checkout_session_count as bigint) as checkout_session_count,
        cast(purchase_session_count as bigint) as purchase_session_count,
        cast(purchase_count as bigint) as purchase_count,
        cast(purchase_amount_reporting as decimal(18, 2)) as purchase_amount_reporting,
        cast(unconverted_session_count as bigint) as unconverted_session_count,

        ---------- dates
        session_date
    from counted
)

select * from mart_funnel_daily
