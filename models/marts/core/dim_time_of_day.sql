-- One row is one minute of the day, or one of the members -1 unknown and -2 not applicable. Moments of
-- facts refer to it by the clock of their market or store.
{{ config(
    materialized='table',
    dist='all',
    meta={'physical_reason': {
        'dist': 'Facts of all kinds join it. 1,442 rows.',
    }},
) }}

with

minutes_and_members as (
    select
        cast(null as integer) as member_key,
        cast(null as varchar(16)) as member_name,
        numbers.n as minute_of_day
    from {{ integers(1440) }} as numbers

    union all

    select
        member_key,
        member_name,
        cast(null as integer) as minute_of_day
    from {{ missing_members() }}
),

split_up as (
    select
        *,
        cast({{ floor_divide('minute_of_day', 60) }} as integer) as hour_of_day
    from minutes_and_members
),

dim_time_of_day as (
    select
        ---------- keys
        cast(coalesce(member_key, minute_of_day) as integer) as time_of_day_key,

        ---------- clock
        cast(minute_of_day as integer) as minute_of_day,
        hour_of_day,
        cast(minute_of_day - 60 * hour_of_day as integer) as minute_of_hour,

        ---------- names
        cast(
            coalesce(
                member_name,
                right('0' || cast(hour_of_day as varchar(2)), 2)
                || ':' || right('0' || cast(minute_of_day - 60 * hour_of_day as varchar(2)), 2)
            ) as varchar(16)
        ) as time_name,
        cast(
            case
                when member_name is not null then member_name
                when hour_of_day < 6 then 'Night'
                when hour_of_day < 12 then 'Morning'
                when hour_of_day < 18 then 'Afternoon'
                else 'Evening'
            end as varchar(16)
        ) as day_part
    from split_up
)

select * from dim_time_of_day
