-- One row is one web event of a person, with the session it belongs to and the clock of its market. 30
-- minutes without an event end a session; neither midnight nor a new campaign does. A late event can begin
-- a session earlier or join two: all events of its visitor are worked out anew. Leaves out bots. Read by
-- int_web__explode_items, fct_page_events, fct_sessions, dim_device, dim_campaign and dim_customer.
{{ config(
    unique_key='event_id',
    sort='event_at',
    meta={
        'recompute': {
            'by': 'visitor_id',
            'after': {
                'stg_web__events': 'visitor_id',
                'int_web__flag_bots': {'key': 'visitor_id', 'reads': ['is_bot']},
            },
            'log': ['customer_id', 'device_category', 'operating_system', 'browser', 'utm_campaign'],
        },
        'physical_reason': {'sort': 'Most readers look for the visits of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_web__events as (
    select * from {{ ref('stg_web__events') }}
    where {{ is_affected('visitor_id', of='stg_web__events') }}
),

int_web__flag_bots as (
    select * from {{ ref('int_web__flag_bots') }}
    where {{ is_affected('visitor_id') }}
),

countries as (
    select * from {{ ref('countries') }}
),

people as (
    select
        events.*,
        countries.time_zone
    from stg_web__events as events
    inner join int_web__flag_bots as visitors
        on events.visitor_id = visitors.visitor_id
    left join countries
        on events.country_code = countries.country_code
    where not visitors.is_bot
),

sessions as (
    {{ number_sessions('people', 'visitor_id', 'event_at', 'event_id', 1800) | indent(4) }}
),

-- Who reloads the page that thanks for an order reports the order again, by another event.
reported as (
    select
        event_id,
        row_number() over (
            partition by visitor_id, order_id order by event_at asc nulls last, event_id asc nulls last
        ) as report_number
    from people
    where event_name = 'purchase' and order_id is not null
),

int_web__number_sessions as (
    select
        ---------- keys
        people.event_id,
        people.visitor_id,
        sessions.session_key,
        people.customer_id,
        people.order_id,

        ---------- place in the session
        sessions.session_number,
        sessions.event_number,

        ---------- what happened
        people.event_name,
        people.page_url,
        people.search_term,
        people.value_amount,
        people.currency_code,
        people.consent_status,
        coalesce(reported.report_number, 1) > 1 as is_repeated_purchase,

        ---------- with what and where
        people.device_category,
        people.operating_system,
        people.browser,
        people.country_code,
        people.language_code,

        ---------- where from
        cast({{ split_field('people.referrer_url', "'/'", 3) }} as varchar(256)) as referrer_host,
        people.utm_source,
        people.utm_medium,
        people.utm_campaign,
        people.utm_content,

        ---------- dates and timestamps
        cast({{ local_time('people.event_at', "coalesce(people.time_zone, 'UTC')") }} as date) as event_date,
        {{ local_time('people.event_at', "coalesce(people.time_zone, 'UTC')") }} as event_local_at,
        people.event_at,
        people.received_at,
        sessions.session_started_at
    from people
    inner join sessions
        on people.event_id = sessions.event_id
    left join reported
        on people.event_id = reported.event_id
)

select * from int_web__number_sessions
