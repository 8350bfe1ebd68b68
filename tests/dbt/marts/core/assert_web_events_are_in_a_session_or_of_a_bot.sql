-- Guards the web events: every event that was loaded is in exactly one session, or its visitor is flagged as
-- a bot and it is in none.

with

stg_web__events as (
    select * from {{ ref('stg_web__events') }}
),

int_web__flag_bots as (
    select * from {{ ref('int_web__flag_bots') }}
),

fct_page_events as (
    select * from {{ ref('fct_page_events') }}
),

fct_sessions as (
    select * from {{ ref('fct_sessions') }}
),

placed as (
    select
        page_events.event_id,
        count(*) as session_count
    from fct_page_events as page_events
    inner join fct_sessions as sessions
        on page_events.session_key = sessions.session_key
    group by page_events.event_id
),

assert_web_events_are_in_a_session_or_of_a_bot as (
    select
        events.event_id,
        events.visitor_id,
        visitors.is_bot,
        coalesce(placed.session_count, 0) as session_count
    from stg_web__events as events
    left join int_web__flag_bots as visitors
        on events.visitor_id = visitors.visitor_id
    left join placed
        on events.event_id = placed.event_id
    where
        visitors.is_bot is null
        or coalesce(placed.session_count, 0) != case when visitors.is_bot then 0 else 1 end
)

select * from assert_web_events_are_in_a_session_or_of_a_bot
