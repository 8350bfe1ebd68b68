{% macro number_sessions(events, visitor, event_at, event_id, gap_seconds) -%}
    {#-
        Which session each event belongs to: visitor, event_id, session_key, session_number (of the visitor,
        from 1), event_number (in the session, from 1), session_started_at. A pause of more than
        `gap_seconds` ends a session. Events in one moment are ordered by their id, so that the order of
        arrival does not matter.

        The key follows from the visitor and the first event. A late event can begin a session earlier or join
        two, a withdrawn one can split one: all events of a visitor must be there, so visitors with a change
        are worked out wholly.
    -#}
    {%- set in_order = event_at ~ ' asc nulls first, ' ~ event_id ~ ' asc nulls first' -%}
    {%- set so_far = 'rows between unbounded preceding and current row' -%}
    with

    with_previous as (
        select
            {{ visitor }},
            {{ event_id }},
            {{ event_at }},
            lag({{ event_at }}) over (partition by {{ visitor }} order by {{ in_order }}) as previous_at
        from {{ events }}
    ),

    numbered as (
        select
            {{ visitor }},
            {{ event_id }},
            {{ event_at }},
            sum(
                case when {{ add_seconds('previous_at', gap_seconds) }} >= {{ event_at }} then 0 else 1 end
            ) over (partition by {{ visitor }} order by {{ in_order }} {{ so_far }}) as session_number
        from with_previous
    ),

    placed as (
        select
            *,
            row_number() over (
                partition by {{ visitor }}, session_number order by {{ in_order }}
            ) as event_number,
            first_value({{ event_id }}) over (
                partition by {{ visitor }}, session_number order by {{ in_order }} {{ so_far }}
            ) as first_event_id,
            min({{ event_at }}) over (partition by {{ visitor }}, session_number) as session_started_at
        from numbered
    )

    select
        {{ visitor }},
        {{ event_id }},
        {{ hash_key([visitor, 'first_event_id']) }} as session_key,
        cast(session_number as integer) as session_number,
        cast(event_number as integer) as event_number,
        session_started_at
    from placed
{%- endmacro %}
