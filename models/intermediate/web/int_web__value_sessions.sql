-- One row is one session in which money is named: what its cart and its purchases were worth, in their
-- currency and in the reporting currency. Leaves out sessions without a value, and bots. Read by
-- fct_sessions.
{{ config(
    unique_key='session_key',
    meta={'recompute': {
        'by': 'visitor_id',
        'after': {
            'int_web__number_sessions': 'visitor_id',
            'int_web__explode_items': 'visitor_id',
            'int_money__daily_rates': {
                'through': 'this',
                'match': {'currency_code': 'currency_code'},
                'at': 'session_date',
                'interval': ['valid_from_date', 'valid_to_date'],
                'reads': ['rate_to_reporting', 'rate_origin'],
            },
        },
    }},
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
    where
        event_name = 'remove_from_cart'
        and {{ is_affected('visitor_id', of='int_web__explode_items') }}
),

int_money__daily_rates as (
    select * from {{ ref('int_money__daily_rates') }}
),

-- What is taken out of the cart has no value of its own, but items with prices.
removals as (
    select
        event_id,
        sum({{ money_multiply('unit_price', 'quantity') }}) as removed_amount
    from int_web__explode_items
    group by event_id
),

marked as (
    select
        events.*,
        removals.removed_amount,
        max(case when events.event_name = 'begin_checkout' then events.event_number end)
            over (partition by events.session_key) as checkout_event_number
    from int_web__number_sessions as events
    left join removals
        on events.event_id = removals.event_id
),

summed_up as (
    select
        session_key,
        visitor_id,
        max(case when event_number = 1 then event_date end) as session_date,
        count(distinct currency_code) as currency_count,
        max(currency_code) as any_currency_code,
        max(case when event_number = checkout_event_number then value_amount end) as checkout_amount,
        sum(case when event_name = 'add_to_cart' then value_amount end) as added_amount,
        coalesce(sum(removed_amount), 0) as removed_amount,
        sum(case when event_name = 'purchase' and not is_repeated_purchase then value_amount end)
            as purchase_amount
    from marked
    group by
        session_key,
        visitor_id
),

-- Amounts of several currencies in one session have no sum.
valued as (
    select
        session_key,
        visitor_id,
        session_date,
        case when currency_count = 1 then any_currency_code end as currency_code,
        case
            when currency_count != 1 then null
            when checkout_amount is not null then checkout_amount
            when added_amount < removed_amount then 0
            else added_amount - removed_amount
        end as cart_amount,
        case when currency_count = 1 then purchase_amount end as purchase_amount
    from summed_up
    where currency_count > 0
),

-- What is too much for one session is a slip or a joke, however small its parts.
believed as (
    select
        session_key,
        visitor_id,
        session_date,
        currency_code,
        case when abs(cart_amount) < 1000000000000 then cart_amount end as cart_amount,
        case when abs(purchase_amount) < 1000000000000 then purchase_amount end as purchase_amount
    from valued
),

rated as (
    select
        believed.*,
        {{ rate_to_reporting('believed', 'rates') | indent(8) }}
    from believed
    left join int_money__daily_rates as rates
        on
            believed.currency_code = rates.currency_code
            and believed.session_date >= rates.valid_from_date
            and believed.session_date < rates.valid_to_date
),

int_web__value_sessions as (
    select
        ---------- keys
        session_key,
        visitor_id,

        ---------- measures
        currency_code,
        cast(cart_amount as decimal(18, 2)) as cart_amount,
        cast(purchase_amount as decimal(18, 2)) as purchase_amount,
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        {{ money_multiply('cart_amount', 'reporting_rate') }} as cart_amount_reporting,
        {{ money_multiply('purchase_amount', 'reporting_rate') }} as purchase_amount_reporting,

        ---------- dates
        session_date
    from rated
)

select * from int_web__value_sessions
