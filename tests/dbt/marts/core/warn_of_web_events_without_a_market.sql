{{ config(severity='warn') }}
-- Warns of web events whose country is missing or not in the seed countries: their days and times count by
-- UTC.

with

fct_page_events as (
    select * from {{ ref('fct_page_events') }}
),

countries as (
    select * from {{ ref('countries') }}
),

warn_of_web_events_without_a_market as (
    select
        page_events.country_code,
        count(*) as event_count
    from fct_page_events as page_events
    left join countries
        on page_events.country_code = countries.country_code
    where countries.country_code is null
    group by page_events.country_code
)

select * from warn_of_web_events_without_a_market
