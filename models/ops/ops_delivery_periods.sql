-- One row is one entity and period (a day or a week, by the seed delivery_schedules) within which at least
-- one file is expected, and what came. From the period of the first arrival to the last whose time for being
-- late was over when the newest landing file came. Leaves out store files (ops_store_days) and entities whose
-- files come when there is something to say.

with

ops_load_ledger as (
    select * from {{ ref('ops_load_ledger') }}
    where
        source_name is not null
        and landed_at is not null
        -- What was replayed says nothing of the source.
        and not {{ is_replay_file('file') }}
),

delivery_schedules as (
    select * from {{ ref('delivery_schedules') }}
    where
        period_days is not null
        and deadline_minutes is null
),

dim_date as (
    select * from {{ ref('dim_date') }}
    where date_day is not null
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
),

landed_days as (
    select
        source_name,
        entity_name,
        cast(landed_at as date) as landed_date,
        sum(case when run_id is not null then 1 else 0 end) as loaded_file_count,
        sum(case when run_id is null then 1 else 0 end) as unloaded_file_count
    from ops_load_ledger
    group by source_name, entity_name, cast(landed_at as date)
),

began as (
    select
        source_name,
        entity_name,
        min(landed_date) as first_date
    from landed_days
    group by source_name, entity_name
),

periods as (
    select
        delivery_schedules.source_name,
        delivery_schedules.entity_name,
        delivery_schedules.period_days,
        dim_date.date_day as period_start_date,
        {{ add_days('dim_date.date_day', 'delivery_schedules.period_days') }} as next_start_date
    from delivery_schedules
    inner join began
        on
            delivery_schedules.source_name = began.source_name
            and delivery_schedules.entity_name = began.entity_name
    cross join dim_run_date
    inner join dim_date
        on began.first_date <= dim_date.date_day
    where
        {{ add_seconds(
            'cast(dim_date.date_day as timestamp)', 'delivery_schedules.freshness_hours * 3600'
        ) }} <= dim_run_date.run_at
        and mod(
            {{ days_between('began.first_date', 'dim_date.date_day') }},
            delivery_schedules.period_days
        ) = 0
        and not (delivery_schedules.is_weekdays_only and dim_date.day_of_week > 5)
),

summed as (
    select
        periods.source_name,
        periods.entity_name,
        periods.period_start_date,
        periods.period_days,
        coalesce(sum(landed_days.loaded_file_count), 0) as loaded_file_count,
        coalesce(sum(landed_days.unloaded_file_count), 0) as unloaded_file_count
    from periods
    left join landed_days
        on
            periods.source_name = landed_days.source_name
            and periods.entity_name = landed_days.entity_name
            and periods.period_start_date <= landed_days.landed_date
            and periods.next_start_date > landed_days.landed_date
    group by
        periods.source_name,
        periods.entity_name,
        periods.period_start_date,
        periods.period_days
),

ops_delivery_periods as (
    select
        source_name,
        entity_name,
        period_start_date,
        period_days,
        case
            when loaded_file_count > 0 then 'received'
            when unloaded_file_count > 0 then 'held'
            else 'missing'
        end as period_state,
        cast(loaded_file_count as bigint) as loaded_file_count,
        cast(unloaded_file_count as bigint) as unloaded_file_count
    from summed
)

select * from ops_delivery_periods
