-- One row is one day of the calendar, by default 2009 to 2030 (vars dim_date_start, dim_date_end),
-- or one of the members -1 unknown and -2 not applicable. Every date of a fact refers to it, in a
-- role named by the fact. Holidays differ by country: they are in bridge_date_holidays.
{{ config(
    materialized='table',
    dist='all',
    meta={'physical_reason': {
        'dist': 'Every fact joins it in several roles. Thousands of rows.',
    }},
) }}

{%- set first = modules.datetime.datetime.strptime(var('dim_date_start'), '%Y-%m-%d') %}
{%- set last = modules.datetime.datetime.strptime(var('dim_date_end'), '%Y-%m-%d') %}
{%- set months = 'January,February,March,April,May,June,July,August,September,October'
    ~ ',November,December' %}
{%- set days = 'Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday' %}
{%- set start_date = "cast('" ~ var('dim_date_start') ~ "' as date)" %}

with

days_and_members as (
    select
        cast(null as integer) as member_key,
        cast(null as varchar(16)) as member_name,
        {{ add_days(start_date, 'numbers.n') }} as date_day
    from {{ integers((last - first).days + 1) }} as numbers
    union all
    select
        -1 as member_key,
        'Unknown' as member_name,
        cast(null as date) as date_day
    union all
    select
        -2 as member_key,
        'Not applicable' as member_name,
        cast(null as date) as date_day
),

-- An ISO week belongs to the year of its Thursday. The 4-5-4 calendar of the National Retail
-- Federation has weeks from Sunday to Saturday and a year that starts on the first Sunday from
-- 29 January on, so that it ends on the Saturday nearest to 31 January.
placed_in_weeks as (
    select
        *,
        {{ first_day_of('week', 'date_day') }} as first_day_of_week,
        {{ add_days(first_day_of('week', 'date_day'), 3) }} as thursday,
        {{ add_days('date_day', '-extract(dow from date_day)') }} as retail_week_start_date,
        {{ add_days('date_day', -364) }} as comparable_date
    from days_and_members
),

placed_in_retail_years as (
    select
        *,
        {{ days_between('first_day_of_week', 'date_day') }} + 1 as day_of_week,
        -- Four weeks before 29 January is New Year's Day.
        cast(extract(year from {{ add_days('retail_week_start_date', -28) }}) as integer)
            as retail_year
    from placed_in_weeks
),

found_4_february as (
    select
        *,
        cast(cast(retail_year as varchar(4)) || '-02-04' as date) as last_possible_start
    from placed_in_retail_years
),

found_retail_year_starts as (
    select
        *,
        {{ add_days('last_possible_start', '-extract(dow from last_possible_start)') }}
            as retail_year_start_date
    from found_4_february
),

numbered_retail_weeks as (
    select
        *,
        cast(
            {{ days_between('retail_year_start_date', 'retail_week_start_date') }} / 7 + 1
            as integer
        ) as retail_week
    from found_retail_year_starts
),

placed_in_retail_quarters as (
    -- Thirteen weeks each; a 53rd week belongs to the last.
    select
        *,
        case
            when retail_week <= 13 then 1
            when retail_week <= 26 then 2
            when retail_week <= 39 then 3
            when retail_week <= 53 then 4
        end as retail_quarter
    from numbered_retail_weeks
),

placed_in_retail_periods as (
    -- Four, five and four weeks.
    select
        *,
        3 * (retail_quarter - 1)
        + case
            when retail_week - 13 * (retail_quarter - 1) <= 4 then 1
            when retail_week - 13 * (retail_quarter - 1) <= 9 then 2
            else 3
        end as retail_period
    from placed_in_retail_quarters
),

named as (
    select
        *,
        cast(extract(year from date_day) as varchar(4))
        || '-Q' || cast(extract(quarter from date_day) as varchar(1)) as year_and_quarter,
        split_part('{{ months }}', ',', cast(extract(month from date_day) as integer))
            as name_of_month,
        split_part('{{ days }}', ',', day_of_week) as name_of_day,
        split_part('{{ months }}', ',', mod(retail_period, 12) + 1) as name_of_period
    from placed_in_retail_periods
),

dim_date as (
    select
        ---------- keys
        coalesce(member_key, {{ date_key('date_day') }}) as date_key,

        ---------- calendar
        date_day,
        cast(extract(year from date_day) as integer) as calendar_year,
        cast(extract(quarter from date_day) as integer) as quarter_of_year,
        cast(extract(month from date_day) as integer) as month_of_year,
        cast(extract(day from date_day) as integer) as day_of_month,
        {{ days_between(first_day_of('year', 'date_day'), 'date_day') }} + 1 as day_of_year,
        day_of_week,
        cast(coalesce(member_name, year_and_quarter) as varchar(16)) as quarter_name,
        cast(coalesce(member_name, name_of_month) as varchar(16)) as month_name,
        cast(coalesce(member_name, name_of_day) as varchar(16)) as day_name,
        first_day_of_week,
        {{ first_day_of('month', 'date_day') }} as first_day_of_month,
        {{ first_day_of('quarter', 'date_day') }} as first_day_of_quarter,
        {{ first_day_of('year', 'date_day') }} as first_day_of_year,

        ---------- ISO weeks
        cast(extract(year from thursday) as integer) as iso_year,
        cast(
            floor({{ days_between(first_day_of('year', 'thursday'), 'thursday') }} / 7.0) + 1
            as integer
        ) as iso_week,

        ---------- retail calendar
        retail_year,
        retail_quarter,
        retail_period,
        cast(coalesce(member_name, name_of_period) as varchar(16)) as retail_period_name,
        retail_week,
        retail_week_start_date,
        retail_year_start_date,

        ---------- comparison with the year before
        comparable_date,
        case
            when comparable_date >= {{ start_date }} then {{ date_key('comparable_date') }}
            else coalesce(member_key, -1)
        end as comparable_date_key,

        ---------- flags
        day_of_week >= 6 as is_weekend,
        {{ add_days('date_day', 1) }} = {{ first_day_of('month', add_days('date_day', 1)) }}
            as is_last_day_of_month
    from named
)

select * from dim_date
