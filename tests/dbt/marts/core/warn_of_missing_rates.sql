{{ config(severity='warn') }}

-- Warns of amounts that cannot be converted, for want of a rate or of the order that says the currency. They
-- stay in the facts in their own currency, and are missing from every sum in the reporting currency.

with

converted as (
    select
        'fct_order_items' as fact,
        currency_code,
        order_date as business_date,
        reporting_rate_state
    from {{ ref('fct_order_items') }}

    union all

    select
        'fct_returns' as fact,
        currency_code,
        return_date as business_date,
        reporting_rate_state
    from {{ ref('fct_returns') }}

    union all

    select
        'fct_payments' as fact,
        currency_code,
        payment_date as business_date,
        reporting_rate_state
    from {{ ref('fct_payments') }}

    union all

    select
        'fct_settlements' as fact,
        currency_code,
        payout_date as business_date,
        reporting_rate_state
    from {{ ref('fct_settlements') }}

    union all

    select
        'fct_ad_spend_daily' as fact,
        currency_code,
        spend_date as business_date,
        reporting_rate_state
    from {{ ref('fct_ad_spend_daily') }}

    union all

    select
        'fct_page_events' as fact,
        currency_code,
        event_date as business_date,
        reporting_rate_state
    from {{ ref('fct_page_events') }}

    union all

    select
        'fct_sessions' as fact,
        currency_code,
        session_date as business_date,
        reporting_rate_state
    from {{ ref('fct_sessions') }}
),

warn_of_missing_rates as (
    select
        fact,
        currency_code,
        count(*) as row_count,
        min(business_date) as first_date,
        max(business_date) as last_date
    from converted
    where reporting_rate_state = 'missing'
    group by fact, currency_code
)

select * from warn_of_missing_rates
