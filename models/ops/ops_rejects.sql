-- One row is one kind of rejection of one entity and day of arrival: how many records were refused for it,
-- how many files were held as a whole, and how many of them are open, replayed, accepted as lost or (files)
-- withdrawn. The kind is the reason without the offending value. A held file counts as a file and with no
-- record: what it holds was never read.

with

quarantined_records as (
    select * from {{ ref('quarantined_records') }}
),

quarantined_files as (
    select * from {{ ref('quarantined_files') }}
),

rejects as (
    select
        source_name,
        entity_name,
        reject_kind,
        reason_kind,
        cast(landed_at as date) as landed_date,
        reject_state,
        1 as record_count,
        0 as file_count
    from quarantined_records

    union all

    select
        source_name,
        entity_name,
        file_state as reject_kind,
        reason_kind,
        cast(landed_at as date) as landed_date,
        reject_state,
        0 as record_count,
        1 as file_count
    from quarantined_files
),

ops_rejects as (
    select
        source_name,
        entity_name,
        reject_kind,
        reason_kind,
        landed_date,

        ---------- records
        cast(sum(record_count) as bigint) as rejected_record_count,
        cast(
            sum(case when reject_state = 'open' then record_count else 0 end) as bigint
        ) as open_record_count,
        cast(
            sum(case when reject_state = 'replayed' then record_count else 0 end) as bigint
        ) as replayed_record_count,
        cast(
            sum(case when reject_state = 'accepted' then record_count else 0 end) as bigint
        ) as accepted_record_count,

        ---------- files held as a whole
        cast(sum(file_count) as bigint) as rejected_file_count,
        cast(
            sum(case when reject_state = 'open' then file_count else 0 end) as bigint
        ) as open_file_count,
        cast(
            sum(case when reject_state = 'replayed' then file_count else 0 end) as bigint
        ) as replayed_file_count,
        cast(
            sum(case when reject_state = 'accepted' then file_count else 0 end) as bigint
        ) as accepted_file_count,
        cast(
            sum(case when reject_state = 'withdrawn' then file_count else 0 end) as bigint
        ) as withdrawn_file_count
    from rejects
    group by source_name, entity_name, reject_kind, reason_kind, landed_date
)

select * from ops_rejects
