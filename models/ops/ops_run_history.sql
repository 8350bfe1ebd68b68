-- One row is one run of dbt that could write: when it began and ended, how its nodes ended, and what it
-- loaded and wrote. Contains runs that were killed and the one at work, both without an end; one that was
-- killed looks as if at work until its lock is taken over or released. The one place where wall time stands:
-- no figure of silver or gold depends on it.

with

runs as (
    select * from {{ source('control', 'runs') }}
),

run_ends as (
    select * from {{ source('control', 'run_ends') }}
),

run_lock as (
    select * from {{ source('control', 'run_lock') }}
),

model_builds as (
    select * from {{ source('control', 'model_builds') }}
),

ops_landed_records as (
    select * from {{ ref('ops_landed_records') }}
),

loaded as (
    select
        run_id,
        sum(case when record_status = 'file' then 1 else 0 end) as file_count,
        sum(case when record_status = 'file' then 0 else 1 end) as record_count,
        sum(case when record_status = 'rejected' then 1 else 0 end) as rejected_count
    from ops_landed_records
    group by run_id
),

written as (
    select
        run_id,
        sum(inserted_row_count + updated_row_count + deleted_row_count) as row_count
    from model_builds
    group by run_id
),

ops_run_history as (
    select
        runs.run_id,
        runs.invocation_id,
        runs.command,
        case
            when run_ends.run_id is null and run_lock.run_id is not null then 'at work'
            when run_ends.run_id is null then 'unfinished'
            when run_ends.error_count + run_ends.fail_count > 0 then 'failed'
            else 'succeeded'
        end as run_state,

        ---------- nodes
        run_ends.success_count,
        run_ends.pass_count,
        run_ends.warn_count,
        run_ends.fail_count,
        run_ends.error_count,
        run_ends.skipped_count,

        ---------- files, records and rows
        cast(coalesce(loaded.file_count, 0) as bigint) as loaded_file_count,
        cast(coalesce(loaded.record_count, 0) as bigint) as landed_record_count,
        cast(coalesce(loaded.rejected_count, 0) as bigint) as rejected_record_count,
        cast(coalesce(written.row_count, 0) as bigint) as written_row_count,

        ---------- timestamps
        runs.started_at,
        run_ends.ended_at,
        {{ seconds_between('runs.started_at', 'run_ends.ended_at') }} as duration_seconds
    from runs
    left join run_ends
        on runs.run_id = run_ends.run_id
    left join run_lock
        on runs.run_id = run_lock.run_id
    left join loaded
        on runs.run_id = loaded.run_id
    left join written
        on runs.run_id = written.run_id
)

select * from ops_run_history
