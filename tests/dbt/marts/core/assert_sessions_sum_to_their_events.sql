-- Guards the sessions: counts and ends equal those of their events, no two sessions of a visitor come nearer
-- than 30 minutes, and no events of one lie further apart.

with

fct_page_events as (
    select * from {{ ref('fct_page_events') }}
),

fct_sessions as (
    select * from {{ ref('fct_sessions') }}
),

paused as (
    select
        *,
        lag(event_at) over (
            partition by session_key order by event_at asc nulls last, event_id asc nulls last
        ) as previous_event_at
    from fct_page_events
),

expected as (
    select
        session_key,
        count(*) as event_count,
        sum(case when event_name = 'view_item' then 1 else 0 end) as product_view_count,
        sum(case when event_name = 'add_to_cart' then 1 else 0 end) as cart_addition_count,
        count(distinct case when event_name = 'purchase' and not is_repeated_purchase then event_id end)
            as purchase_count,
        max({{ seconds_between('previous_event_at', 'event_at') }}) as longest_pause_seconds,
        min(event_at) as started_at,
        max(event_at) as ended_at
    from paused
    group by session_key
),

in_order as (
    select
        *,
        lag(ended_at) over (
            partition by visitor_id order by started_at asc nulls last, session_key asc nulls last
        ) as previous_ended_at
    from fct_sessions
),

assert_sessions_sum_to_their_events as (
    select
        coalesce(expected.session_key, sessions.session_key) as session_key,
        expected.event_count as expected_event_count,
        sessions.event_count as found_event_count,
        expected.longest_pause_seconds,
        sessions.previous_ended_at
    from expected
    full outer join in_order as sessions
        on expected.session_key = sessions.session_key
    where
        expected.session_key is null
        or sessions.session_key is null
        or expected.event_count != sessions.event_count
        or expected.product_view_count != sessions.product_view_count
        or expected.cart_addition_count != sessions.cart_addition_count
        or expected.purchase_count != sessions.purchase_count
        or expected.started_at != sessions.started_at
        or expected.ended_at != sessions.ended_at
        or expected.longest_pause_seconds > 1800
        or {{ add_seconds('sessions.previous_ended_at', 1800) }} >= sessions.started_at
)

select * from assert_sessions_sum_to_their_events
