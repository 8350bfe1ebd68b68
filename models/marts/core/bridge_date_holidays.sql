-- One row is one public holiday of one country. A day can be a holiday in several countries, and in
-- most it is none, so holidays are no columns of dim_date: left join on date_key *and* the country.
{{ config(
    materialized='table',
    dist='all',
    meta={'physical_reason': {
        'dist': 'It joins facts by date, and they lie by order. Thousands of rows.',
    }},
) }}

with

holidays as (
    select * from {{ ref('holidays') }}
),

bridge_date_holidays as (
    select
        ---------- keys
        {{ date_key('holiday_date') }} as date_key,
        country_code,

        ---------- attributes
        holiday_name
    from holidays
)

select * from bridge_date_holidays
