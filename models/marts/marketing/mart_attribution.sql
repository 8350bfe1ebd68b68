-- One row is what one model credits one session with for one web order. Touches are the sessions of the
-- visitor who reported the order, up to the report and within the lookback window (seed mart_thresholds),
-- whatever their origin. Per order and model the credits sum to its revenue to the cent, and the shares to 1,
-- or both to 0 where it is cancelled. Leaves out sessions that the model gives nothing, and orders that no
-- web event reports.
{{ config(
    unique_key=['order_id', 'session_key', 'attribution_model'],
    dist='order_id',
    sort='session_date',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'fct_page_events': 'order_id',
                'mart_order_summary': 'order_id',
                'fct_sessions': {
                    'through': 'fct_page_events',
                    'match': {'visitor_id': 'visitor_id'},
                },
            },
            'log': ['session_date_key'],
        },
        'physical_reason': {
            'dist': 'Like the orders that it credits.',
            'sort': 'Most queries bound the date.',
            'encode': 'Columns of a few hundred values at most: a dictionary of one byte each.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

fct_page_events as (
    select * from {{ ref('fct_page_events') }}
    where
        event_name = 'purchase'
        and {{ is_affected('order_id', of='fct_page_events') }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
    where {{ is_affected('order_id', of='mart_order_summary') }}
),

fct_sessions as (
    select * from {{ ref('fct_sessions') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
),

mart_thresholds as (
    select * from {{ ref('mart_thresholds') }}
),

spans as (
    select
        max(case when threshold_name = 'attribution_lookback_days' then threshold_value end)
            as lookback_days,
        max(case when threshold_name = 'attribution_half_life_days' then threshold_value end)
            as half_life_days
    from mart_thresholds
),

-- An order is reported by one visitor: whoever did so first.
reports as (
    select
        order_id,
        visitor_id,
        event_at,
        row_number() over (
            partition by order_id order by event_at asc nulls last, event_id asc nulls last
        ) as report_number
    from fct_page_events
    where order_id is not null
),

touches as (
    select
        orders.order_id,
        orders.order_date_key,
        orders.customer_durable_key,
        orders.revenue_amount,
        orders.is_cancelled,
        sessions.session_key,
        sessions.session_date_key,
        sessions.campaign_key,
        sessions.traffic_medium,
        sessions.session_date,
        sessions.started_at,
        reports.event_at as purchased_at,
        spans.half_life_days,
        {{ floor_divide(seconds_between('sessions.started_at', 'reports.event_at'), 86400) }}
            as days_before_purchase
    from reports
    inner join mart_order_summary as orders
        on reports.order_id = orders.order_id
    inner join fct_sessions as sessions
        on reports.visitor_id = sessions.visitor_id
    cross join spans
    where
        reports.report_number = 1
        and sessions.started_at <= reports.event_at
        and {{ seconds_between('sessions.started_at', 'reports.event_at') }} <= spans.lookback_days * 86400
),

placed as (
    select
        *,
        cast(days_before_purchase as double precision) / cast(half_life_days as double precision)
            as half_lives,
        row_number() over (
            partition by order_id order by started_at asc nulls last, session_key asc nulls last
        ) as touch_number,
        count(*) over (partition by order_id) as touch_count
    from touches
),

-- Whole numbers: credits are shared out by largest remainder.
weighed as (
    select
        placed.*,
        attribution_models.attribution_model,
        case attribution_models.attribution_model
            when 'first' then case when placed.touch_number = 1 then 1 else 0 end
            when 'last' then case when placed.touch_number = placed.touch_count then 1 else 0 end
            when 'linear' then 1
            when 'time_decay'
                then cast(round(1000 * power(0.5, placed.half_lives)) as bigint)
        end as weight
    from placed
    cross join attribution_models
),

totalled as (
    select
        *,
        sum(weight) over (partition by order_id, attribution_model) as total_weight
    from weighed
    where weight > 0
),

-- The share of one order in millionths: 10,000.00 shared out by cents.
credited as (
    select
        *,
        {{ allocate_cents('revenue_amount', 'weight', 'total_weight', 'order_id, attribution_model',
            'touch_number') | indent(8) }} as credited_revenue_amount,
        case
            when is_cancelled then 0
            else {{ allocate_cents('10000', 'weight', 'total_weight', 'order_id, attribution_model',
                'touch_number') | indent(12) }} * 0.0001
        end as order_share
    from totalled
),

mart_attribution as (
    select
        ---------- keys
        order_id,
        session_key,
        attribution_model,

        ---------- foreign keys
        order_date_key,
        session_date_key,
        customer_durable_key,
        campaign_key,

        ---------- attributes
        traffic_medium,

        ---------- measures
        credited_revenue_amount,
        cast(order_share as decimal(18, 6)) as order_share,
        cast(touch_number as bigint) as touch_number,
        cast(touch_count as bigint) as touch_count,
        days_before_purchase,

        ---------- dates and timestamps
        session_date,
        purchased_at
    from credited
)

select * from mart_attribution
