-- One row is one visitor (a cookie) and whether it is a bot: its user agent says so (seed bot_patterns),
-- or it has more events in one minute of the clock than a person makes (seed quality_thresholds). A late
-- event can make a visitor a bot, and all its events with it. Read by int_web__number_sessions.
{{ config(
    unique_key='visitor_id',
    meta={'recompute': {
        'by': 'visitor_id',
        'after': {'stg_web__events': 'visitor_id'},
        'log': ['is_bot'],
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_web__events as (
    select * from {{ ref('stg_web__events') }}
    where {{ is_affected('visitor_id', of='stg_web__events') }}
),

bot_patterns as (
    select * from {{ ref('bot_patterns') }}
),

quality_thresholds as (
    select * from {{ ref('quality_thresholds') }}
    where threshold_name = 'bot_events_per_minute'
),

minutes as (
    select
        visitor_id,
        date_trunc('minute', event_at) as minute_at,
        count(*) as event_count,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at
    from stg_web__events
    group by
        visitor_id,
        date_trunc('minute', event_at)
),

visitors as (
    select
        visitor_id,
        sum(event_count) as event_count,
        max(event_count) as most_events_per_minute,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from minutes
    group by visitor_id
),

-- Few texts per visitor are compared with every pattern.
user_agents as (
    select distinct
        visitor_id,
        lower(user_agent) as user_agent
    from stg_web__events
    where user_agent is not null
),

recognised as (
    select
        user_agents.visitor_id,
        bot_patterns.bot_name,
        row_number() over (
            partition by user_agents.visitor_id order by bot_patterns.priority asc nulls last
        ) as place
    from user_agents
    inner join bot_patterns
        on strpos(user_agents.user_agent, bot_patterns.pattern) > 0
),

int_web__flag_bots as (
    select
        visitors.visitor_id,
        cast(visitors.event_count as bigint) as event_count,
        cast(visitors.most_events_per_minute as bigint) as most_events_per_minute,
        recognised.bot_name,
        cast(
            case
                when recognised.bot_name is not null then 'user_agent'
                when visitors.most_events_per_minute > quality_thresholds.threshold_value then 'pace'
            end as varchar(16)
        ) as bot_rule,
        recognised.bot_name is not null
        or visitors.most_events_per_minute > quality_thresholds.threshold_value as is_bot,
        visitors.first_event_at,
        visitors.last_event_at
    from visitors
    cross join quality_thresholds
    left join recognised
        on
            visitors.visitor_id = recognised.visitor_id
            and recognised.place = 1
)

select * from int_web__flag_bots
