-- One row is one session of a person in the web shop: the events of one visitor without a pause of more
-- than 30 minutes. What a session says of device, market and origin is that of its first event; its
-- campaign is the first that it names and then also its origin, its customer the last. Leaves out bots.
{{ config(
    unique_key='session_key',
    dist='session_key',
    sort=['session_date', 'started_at'],
    meta={
        'recompute': {
            'by': 'visitor_id',
            'after': {
                'int_web__number_sessions': 'visitor_id',
                'int_web__value_sessions': 'visitor_id',
                'dim_campaign': {
                    'through': 'this',
                    'match': {'utm_campaign': 'utm_campaign'},
                    'reads': ['utm_campaign'],
                },
            },
            'log': ['session_date_key'],
        },
        'physical_reason': {
            'dist': 'Shared with the events, so that the two meet without moving rows.',
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

int_web__value_sessions as (
    select * from {{ ref('int_web__value_sessions') }}
    where {{ is_affected('visitor_id') }}
),

search_engines as (
    select * from {{ ref('search_engines') }}
),

dim_campaign as (
    select * from {{ ref('dim_campaign') }}
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

-- Where in the session it first names a campaign, and last a customer.
marked as (
    select
        *,
        min(case when utm_campaign is not null then event_number end) over (partition by session_key)
            as campaign_event_number,
        max(case when customer_id is not null then event_number end) over (partition by session_key)
            as customer_event_number
    from int_web__number_sessions
),

summed_up as (
    select
        session_key,
        visitor_id,
        session_number,
        max(case when event_number = customer_event_number then customer_id end) as customer_id,
        max(case when event_number = campaign_event_number then utm_campaign end) as utm_campaign,
        max(case when event_number = campaign_event_number then utm_source end) as utm_source,
        max(case when event_number = campaign_event_number then utm_medium end) as utm_medium,
        count(distinct utm_campaign) as campaign_count,
        max(case when event_number = 1 then device_category end) as device_category,
        max(case when event_number = 1 then operating_system end) as operating_system,
        max(case when event_number = 1 then browser end) as browser,
        max(case when event_number = 1 then country_code end) as country_code,
        max(case when event_number = 1 then language_code end) as language_code,
        max(case when event_number = 1 then referrer_host end) as referrer_host,
        max(case when event_number = 1 then page_url end) as landing_page_url,
        max(case when event_number = 1 then event_local_at end) as started_local_at,
        max(case when event_number = 1 then event_date end) as session_date,
        count(*) as event_count,
        sum(case when event_name = 'page_view' then 1 else 0 end) as page_view_count,
        sum(case when event_name = 'view_item' then 1 else 0 end) as product_view_count,
        sum(case when event_name = 'search' then 1 else 0 end) as search_count,
        sum(case when event_name = 'add_to_cart' then 1 else 0 end) as cart_addition_count,
        sum(case when event_name = 'remove_from_cart' then 1 else 0 end) as cart_removal_count,
        sum(case when event_name = 'begin_checkout' then 1 else 0 end) as checkout_count,
        sum(case when event_name = 'purchase' and not is_repeated_purchase then 1 else 0 end)
            as purchase_count,
        min(case when event_name = 'purchase' and not is_repeated_purchase then event_at end)
            as first_purchase_at,
        min(event_at) as started_at,
        max(event_at) as ended_at
    from marked
    group by
        session_key,
        visitor_id,
        session_number
),

-- A dot before both: search.example.com is a search engine by search., research.example.com is none.
search_hosts as (
    select distinct summed_up.referrer_host
    from summed_up
    inner join search_engines
        on strpos('.' || lower(summed_up.referrer_host), '.' || search_engines.host_pattern) > 0
),

attributed as (
    select
        summed_up.*,
        campaigns.campaign_key as found_campaign_key,
        amounts.currency_code,
        amounts.cart_amount,
        amounts.purchase_amount,
        amounts.reporting_rate,
        amounts.reporting_rate_date,
        amounts.reporting_rate_state,
        amounts.cart_amount_reporting,
        amounts.purchase_amount_reporting,
        case
            when summed_up.utm_campaign is not null then 'campaign'
            when summed_up.referrer_host is null then 'direct'
            when summed_up.referrer_host = {{ split_field('summed_up.landing_page_url', "'/'", 3) }}
                then 'direct'
            when search_hosts.referrer_host is not null then 'organic'
            else 'referral'
        end as origin
    from summed_up
    left join campaigns
        on summed_up.utm_campaign = campaigns.utm_campaign
    left join search_hosts
        on summed_up.referrer_host = search_hosts.referrer_host
    left join int_web__value_sessions as amounts
        on summed_up.session_key = amounts.session_key
),

fct_sessions as (
    select
        ---------- keys
        session_key,
        visitor_id,

        ---------- foreign keys
        {{ member_key('session_date', calendar_key('session_date')) }} as session_date_key,
        {{ time_of_day_key('started_local_at') }} as time_of_day_key,
        {{ member_key('customer_id', hash_key(['customer_id'])) }} as customer_durable_key,
        {{ device_key('device_category', 'operating_system', 'browser') }} as device_key,
        {{ member_key('utm_campaign', 'found_campaign_key', missing=-2) }} as campaign_key,

        ---------- attributes
        session_number,
        country_code,
        language_code,
        landing_page_url,
        referrer_host,
        utm_source,
        utm_medium,
        utm_campaign,
        cast(
            case
                when origin = 'campaign' then coalesce(utm_source, 'unknown')
                when origin = 'direct' then 'direct'
                else referrer_host
            end as varchar(256)
        ) as traffic_source,
        cast(
            case when origin = 'campaign' then coalesce(utm_medium, 'unknown') else origin end as varchar(128)
        ) as traffic_medium,
        cast(
            case
                when purchase_count > 0 then 'purchase'
                when checkout_count > 0 then 'checkout'
                when cart_addition_count > 0 then 'cart'
                when product_view_count > 0 then 'view'
                else 'session'
            end as varchar(16)
        ) as deepest_step,
        currency_code,

        ---------- measures
        cast(event_count as bigint) as event_count,
        cast(page_view_count as bigint) as page_view_count,
        cast(product_view_count as bigint) as product_view_count,
        cast(search_count as bigint) as search_count,
        cast(cart_addition_count as bigint) as cart_addition_count,
        cast(cart_removal_count as bigint) as cart_removal_count,
        cast(checkout_count as bigint) as checkout_count,
        cast(purchase_count as bigint) as purchase_count,
        cast(campaign_count as bigint) as campaign_count,
        {{ seconds_between('started_at', 'ended_at') }} as duration_seconds,
        cart_amount,
        purchase_amount,

        ---------- measures, reporting currency; most sessions have no value
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        cart_amount_reporting,
        purchase_amount_reporting,

        ---------- flags
        product_view_count > 0 as has_product_view,
        cart_addition_count > 0 as has_cart_addition,
        checkout_count > 0 as has_checkout,
        purchase_count > 0 as has_purchase,
        event_count = 1 as is_bounce,
        customer_id is not null as is_customer_known,

        ---------- dates and timestamps
        session_date,
        started_at,
        ended_at,
        first_purchase_at
    from attributed
)

select * from fct_sessions
