-- One row is one store and business day for which a file is expected or came: when it had to be there, when
-- it was, and which revision counts. Expected are the days on which the store is open, from the first day
-- that any store delivered to the last that was over, by the clock of the store, when the newest landing file
-- came (dim_run_date). Contains files of unknown stores and closed days, which nobody expected.

with

ops_store_files as (
    select * from {{ ref('ops_store_files') }}
),

dim_store as (
    select * from {{ ref('dim_store') }}
    where store_id is not null
),

dim_date as (
    select * from {{ ref('dim_date') }}
    where date_day is not null
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
),

delivery_schedules as (
    select * from {{ ref('delivery_schedules') }}
    where
        source_name = 'pos'
        and entity_name = 'sales'
),

delivered as (
    select
        store_id,
        business_date,
        count(*) as file_count,
        sum(case when delivery_state = 'superseded' then 1 else 0 end) as superseded_file_count,
        sum(case when delivery_state in ('waiting', 'held') then 1 else 0 end) as unloaded_file_count,
        max(case when delivery_state = 'counts' then revision end) as counting_revision,
        -- The arrival of a file without manifest is not known.
        min(case when delivery_state in ('counts', 'superseded') then landed_at end) as first_arrived_at,
        max(case when delivery_state in ('counts', 'superseded') then landed_at end) as last_arrived_at,
        sum(case when delivery_state = 'counts' then loaded_line_count else 0 end) as loaded_line_count,
        sum(case when delivery_state = 'counts' then rejected_line_count else 0 end) as rejected_line_count
    from ops_store_files
    group by store_id, business_date
),

began as (
    select min(business_date) as first_date
    from delivered
),

expected as (
    select
        dim_store.store_id,
        dim_date.date_day as business_date
    from dim_store
    cross join began
    cross join dim_run_date
    inner join dim_date
        on
            began.first_date <= dim_date.date_day
            and dim_run_date.run_date >= dim_date.date_day
            and coalesce(dim_store.opened_date, began.first_date) <= dim_date.date_day
            and coalesce(dim_store.closed_date, dim_run_date.run_date) >= dim_date.date_day
    where
        not dim_store.is_inferred
        and dim_run_date.run_at
        >= {{ utc_time(add_days('dim_date.date_day', 1), "coalesce(dim_store.time_zone, 'UTC')") }}
),

days as (
    select
        coalesce(expected.store_id, delivered.store_id) as store_id,
        coalesce(expected.business_date, delivered.business_date) as business_date,
        expected.store_id is not null as is_expected,
        coalesce(delivered.file_count, 0) as file_count,
        coalesce(delivered.superseded_file_count, 0) as superseded_file_count,
        coalesce(delivered.unloaded_file_count, 0) as unloaded_file_count,
        delivered.counting_revision,
        coalesce(delivered.loaded_line_count, 0) as loaded_line_count,
        coalesce(delivered.rejected_line_count, 0) as rejected_line_count,
        delivered.first_arrived_at,
        delivered.last_arrived_at
    from expected
    full outer join delivered
        on
            expected.store_id = delivered.store_id
            and expected.business_date = delivered.business_date
),

timed as (
    select
        days.*,
        {{ utc_time(add_days('days.business_date', 1), "coalesce(dim_store.time_zone, 'UTC')") | indent(8) }}
            as day_ends_at,
        delivery_schedules.deadline_minutes * 60 as deadline_seconds,
        delivery_schedules.window_hours * 3600 as window_seconds,
        dim_run_date.run_at
    from days
    cross join delivery_schedules
    cross join dim_run_date
    left join dim_store
        on days.store_id = dim_store.store_id
),

limited as (
    select
        *,
        {{ add_seconds('day_ends_at', 'deadline_seconds') }} as deadline_at,
        {{ add_seconds('day_ends_at', 'window_seconds') }} as window_closes_at
    from timed
),

ops_store_days as (
    select
        store_id,
        business_date,
        is_expected,
        case
            when first_arrived_at <= deadline_at then 'in_time'
            when first_arrived_at <= window_closes_at then 'late'
            when first_arrived_at is not null then 'after_window'
            when window_closes_at > run_at then 'awaited'
            else 'missing'
        end as arrival_state,
        cast(file_count as bigint) as file_count,
        cast(superseded_file_count as bigint) as superseded_file_count,
        cast(unloaded_file_count as bigint) as unloaded_file_count,
        cast(counting_revision as bigint) as counting_revision,
        cast(loaded_line_count as bigint) as loaded_line_count,
        cast(rejected_line_count as bigint) as rejected_line_count,
        {{ seconds_between('day_ends_at', 'first_arrived_at') }} as arrival_delay_seconds,
        deadline_at <= run_at as is_due,
        day_ends_at,
        deadline_at,
        window_closes_at,
        first_arrived_at,
        last_arrived_at
    from limited
)

select * from ops_store_days
