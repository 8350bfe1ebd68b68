-- One row is one entity of the landing contract and how its source delivers: files expected and received, how
-- old the newest is against the cadence, records and how many were refused; for the stores, the share of days
-- that came within the two-hour deadline. As of dim_run_date, when the newest file of any source came: no
-- clock. Limits are in the seed delivery_schedules.

with

delivery_schedules as (
    select * from {{ ref('delivery_schedules') }}
),

ops_load_ledger as (
    select * from {{ ref('ops_load_ledger') }}
    where source_name is not null
),

ops_delivery_periods as (
    select * from {{ ref('ops_delivery_periods') }}
),

ops_store_days as (
    select * from {{ ref('ops_store_days') }}
    where is_expected
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
),

files as (
    select
        source_name,
        entity_name,
        count(*) as file_count,
        sum(case when file_state = 'loaded' then 1 else 0 end) as loaded_file_count,
        sum(case when file_state in ('waiting', 'ready') then 1 else 0 end) as waiting_file_count,
        sum(case when file_state not in ('loaded', 'waiting', 'ready') then 1 else 0 end) as held_file_count,
        sum(coalesce(good_record_count, 0)) as good_record_count,
        sum(coalesce(rejected_record_count, 0)) as rejected_record_count,
        -- What was replayed says nothing of the source.
        max(
            case when run_id is not null and not {{ is_replay_file('file') }} then landed_at end
        ) as last_arrived_at
    from ops_load_ledger
    group by source_name, entity_name
),

-- Store days and periods are told apart by what is expected: a file of each store, or any file.
deliveries as (
    select
        source_name,
        entity_name,
        1 as expected_count,
        case when period_state = 'received' then 1 else 0 end as received_count,
        cast(null as integer) as late_count,
        cast(null as integer) as due_count,
        cast(null as integer) as in_time_count
    from ops_delivery_periods

    union all

    select
        'pos' as source_name,
        'sales' as entity_name,
        -- A file that may still come is not missing, but it can be beyond its deadline already.
        case when arrival_state = 'awaited' then 0 else 1 end as expected_count,
        case when first_arrived_at is not null then 1 else 0 end as received_count,
        case when arrival_state in ('late', 'after_window') then 1 else 0 end as late_count,
        case when is_due then 1 else 0 end as due_count,
        case when is_due and arrival_state = 'in_time' then 1 else 0 end as in_time_count
    from ops_store_days
),

counted as (
    select
        source_name,
        entity_name,
        sum(expected_count) as expected_count,
        sum(received_count) as received_count,
        sum(late_count) as late_count,
        sum(due_count) as due_count,
        sum(in_time_count) as in_time_count
    from deliveries
    group by source_name, entity_name
),

joined as (
    select
        delivery_schedules.*,
        coalesce(files.file_count, 0) as file_count,
        coalesce(files.loaded_file_count, 0) as loaded_file_count,
        coalesce(files.waiting_file_count, 0) as waiting_file_count,
        coalesce(files.held_file_count, 0) as held_file_count,
        coalesce(files.good_record_count, 0) as good_record_count,
        coalesce(files.rejected_record_count, 0) as rejected_record_count,
        files.last_arrived_at,
        counted.expected_count,
        counted.received_count,
        counted.late_count,
        counted.due_count,
        counted.in_time_count,
        dim_run_date.run_at,
        case
            when delivery_schedules.freshness_scope = 'source'
                then max(files.last_arrived_at) over (partition by delivery_schedules.source_name)
            else files.last_arrived_at
        end as freshest_at
    from delivery_schedules
    cross join dim_run_date
    left join files
        on
            delivery_schedules.source_name = files.source_name
            and delivery_schedules.entity_name = files.entity_name
    left join counted
        on
            delivery_schedules.source_name = counted.source_name
            and delivery_schedules.entity_name = counted.entity_name
),

aged as (
    select
        *,
        {{ seconds_between('freshest_at', 'run_at') }} as seconds_since_arrival
    from joined
),

ops_source_health as (
    select
        source_name,
        entity_name,
        cadence,

        ---------- freshness
        case
            when file_count = 0 then 'absent'
            when freshness_hours is null or seconds_since_arrival is null then 'not_judged'
            when seconds_since_arrival <= freshness_hours * 3600 then 'fresh'
            else 'stale'
        end as freshness_state,
        seconds_since_arrival,
        freshness_hours,

        ---------- deliveries
        cast(expected_count as bigint) as expected_delivery_count,
        cast(received_count as bigint) as received_delivery_count,
        cast(expected_count - received_count as bigint) as missing_delivery_count,
        cast(late_count as bigint) as late_delivery_count,
        {{ ratio('in_time_count', 'due_count') }} as in_time_share,

        ---------- files and records
        cast(file_count as bigint) as file_count,
        cast(loaded_file_count as bigint) as loaded_file_count,
        cast(waiting_file_count as bigint) as waiting_file_count,
        cast(held_file_count as bigint) as held_file_count,
        cast(good_record_count + rejected_record_count as bigint) as record_count,
        cast(rejected_record_count as bigint) as rejected_record_count,
        {{ ratio('rejected_record_count', 'good_record_count + rejected_record_count') }} as rejected_share,

        ---------- timestamps
        last_arrived_at,
        run_at
    from aged
)

select * from ops_source_health
