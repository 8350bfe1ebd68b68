-- One row is one file of a store and day that was ever seen, and whether it counts: the highest revision that
-- was loaded does, and it replaces those before it as a whole. Contains files that wait or are held; leaves
-- out files that lie in no folder of a store and day (quarantined_files has them).

with

ops_load_ledger as (
    select * from {{ ref('ops_load_ledger') }}
    where
        source_name = 'pos'
        and entity_name = 'sales'
),

placed as (
    select
        *,
        split_part(split_part(file, '/store=', 2), '/', 1) as store_text,
        split_part(split_part(file, '/year=', 2), '/', 1)
        || '-' || split_part(split_part(file, '/month=', 2), '/', 1)
        || '-' || split_part(split_part(file, '/day=', 2), '/', 1) as day_text
    from ops_load_ledger
),

dated as (
    select
        *,
        cast(nullif(store_text, '') as varchar(64)) as store_id,
        {{ try_cast_text('day_text', 'date') }} as business_date,
        -- Also one that was changed later: what was loaded from it stays.
        run_id is not null as is_loaded
    from placed
),

ranked as (
    select
        *,
        max(case when is_loaded then file_version end)
            over (partition by store_id, business_date) as counting_revision
    from dated
    where
        store_id is not null
        and business_date is not null
),

named as (
    select
        *,
        min(case when is_loaded and file_version = counting_revision then file end)
            over (partition by store_id, business_date) as counting_file
    from ranked
),

ops_store_files as (
    select
        file,
        store_id,
        business_date,
        file_version as revision,
        case
            when is_loaded and file_version = counting_revision then 'counts'
            when is_loaded then 'superseded'
            when file_state in ('waiting', 'ready') then 'waiting'
            else 'held'
        end as delivery_state,
        case when is_loaded and file_version < counting_revision then counting_file end as superseded_by_file,
        reason,
        cast(coalesce(good_record_count, 0) as bigint) as loaded_line_count,
        cast(coalesce(rejected_record_count, 0) as bigint) as rejected_line_count,
        landed_at,
        run_id
    from named
)

select * from ops_store_files
