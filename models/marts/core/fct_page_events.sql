-- One row is one web event of a person: a page, a search, a cart, a checkout, a purchase. Contains
-- purchases that were reported again (is_repeated_purchase). Leaves out bots: they are in
-- int_web__flag_bots.
{{ config(
    unique_key='event_id',
    dist='session_key',
    sort=['event_date', 'event_at'],
    meta={
        'recompute': {
            'by': 'visitor_id',
            'after': {
                'int_web__number_sessions': 'visitor_id',
                'int_web__explode_items': 'visitor_id',
                'dim_campaign': {
                    'through': 'this',
                    'match': {'utm_campaign': 'utm_campaign'},
                    'reads': ['utm_campaign'],
                },
                'int_money__daily_rates': {
                    'through': 'this',
                    'match': {'currency_code': 'currency_code'},
                    'at': 'event_date',
                    'interval': ['valid_from_date', 'valid_to_date'],
                    'reads': ['rate_to_reporting', 'rate_origin'],
                },
            },
            'log': ['order_id'],
        },
        'physical_reason': {
            'dist': 'Shared with the sessions, so that the two meet without moving rows.',
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_web__number_sessions as (
    select * from {{ ref('int_web__number_sessions') }}
    where {{ is_affected('visitor_id', of='int_web__number_sessions') }}
),

int_web__explode_items as (
    select * from {{ ref('int_web__explode_items') }}
    where {{ is_affected('visitor_id', of='int_web__explode_items') }}
),

dim_campaign as (
    select * from {{ ref('dim_campaign') }}
),

int_money__daily_rates as (
    select * from {{ ref('int_money__daily_rates') }}
),

-- A platform that gives two campaigns one name in their links cannot be told apart by it.
campaigns as (
    select
        utm_campaign,
        min(campaign_key) as campaign_key
    from dim_campaign
    where utm_campaign is not null
    group by utm_campaign
),

items as (
    select
        event_id,
        count(*) as item_count,
        sum(quantity) as item_quantity,
        min(product_id) as product_id
    from int_web__explode_items
    group by event_id
),

described as (
    select
        events.*,
        campaigns.campaign_key as found_campaign_key,
        case when items.item_count = 1 then items.product_id end as product_id,
        coalesce(items.item_count, 0) as item_count,
        coalesce(items.item_quantity, 0) as item_quantity,
        {{ rate_to_reporting('events', 'rates') | indent(8) }}
    from int_web__number_sessions as events
    left join items
        on events.event_id = items.event_id
    left join campaigns
        on events.utm_campaign = campaigns.utm_campaign
    left join int_money__daily_rates as rates
        on
            events.currency_code = rates.currency_code
            and events.event_date >= rates.valid_from_date
            and events.event_date < rates.valid_to_date
),

fct_page_events as (
    select
        ---------- keys
        event_id,
        session_key,
        visitor_id,
        order_id,

        ---------- foreign keys
        {{ member_key('event_date', calendar_key('event_date')) }} as event_date_key,
        {{ time_of_day_key('event_local_at') }} as time_of_day_key,
        {{ member_key('customer_id', hash_key(['customer_id'])) }} as customer_durable_key,
        {{ device_key('device_category', 'operating_system', 'browser') }} as device_key,
        {{ member_key('utm_campaign', 'found_campaign_key', missing=-2) }} as campaign_key,
        {{ member_key('product_id', hash_key(['product_id']), missing=-2) }} as product_durable_key,

        ---------- attributes
        event_name,
        event_number,
        page_url,
        search_term,
        country_code,
        language_code,
        referrer_host,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        consent_status,
        currency_code,

        ---------- measures
        cast(item_count as bigint) as item_count,
        cast(item_quantity as bigint) as item_quantity,
        value_amount,

        ---------- measures, reporting currency; most events have no value
        case when value_amount is not null then reporting_rate end as reporting_rate,
        case when value_amount is not null then reporting_rate_date end as reporting_rate_date,
        case when value_amount is not null then reporting_rate_state end as reporting_rate_state,
        {{ money_multiply('value_amount', 'reporting_rate') }} as value_amount_reporting,

        ---------- flags
        is_repeated_purchase,

        ---------- dates and timestamps
        event_date,
        event_at,
        received_at
    from described
)

select * from fct_page_events
