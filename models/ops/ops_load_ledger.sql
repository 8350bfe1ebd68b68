-- One row is one landed file and what became of it: loaded (with its records), ready for the next build,
-- waiting for its manifest, or held with a reason. Counted from the listing of the landing root and from
-- bronze, so it cannot disagree with what is there.

with

landed_objects as (
    select * from {{ source('control', 'landed_objects') }}
),

ops_landed_records as (
    select * from {{ ref('ops_landed_records') }}
),

loaded_files as (
    select
        file,
        max(case when record_status = 'file' then run_id end) as run_id,
        max(case when record_status = 'file' then loaded_at end) as loaded_at,
        sum(case when record_status = 'loaded' then 1 else 0 end) as good_record_count,
        sum(case when record_status = 'rejected' then 1 else 0 end) as rejected_record_count
    from ops_landed_records
    group by file
),

ops_load_ledger as (
    select
        landed_objects.file,
        landed_objects.source_name,
        landed_objects.entity_name,
        case
            when loaded_files.file is not null and landed_objects.state != 'changed' then 'loaded'
            else landed_objects.state
        end as file_state,
        landed_objects.reason,
        landed_objects.bytes as file_bytes,
        landed_objects.sha256,
        landed_objects.file_version,
        landed_objects.records_found as landed_record_count,
        cast(loaded_files.good_record_count as bigint) as good_record_count,
        cast(loaded_files.rejected_record_count as bigint) as rejected_record_count,
        landed_objects.landed_at,
        loaded_files.run_id,
        loaded_files.loaded_at,
        landed_objects.is_present
    from landed_objects
    left join loaded_files
        on landed_objects.file = loaded_files.file
)

select * from ops_load_ledger
