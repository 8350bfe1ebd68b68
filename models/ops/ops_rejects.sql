-- One row is one kind of rejection of one entity and day of arrival: how many records were refused for it,
-- and how many of them are open, replayed or accepted as lost. The kind is the reason without the offending
-- value.

with

quarantined_records as (
    select * from {{ ref('quarantined_records') }}
),

ops_rejects as (
    select
        source_name,
        entity_name,
        reject_kind,
        reason_kind,
        cast(landed_at as date) as landed_date,
        count(*) as rejected_record_count,
        cast(sum(case when reject_state = 'open' then 1 else 0 end) as bigint) as open_record_count,
        cast(sum(case when reject_state = 'replayed' then 1 else 0 end) as bigint) as replayed_record_count,
        cast(sum(case when reject_state = 'accepted' then 1 else 0 end) as bigint) as accepted_record_count
    from quarantined_records
    group by source_name, entity_name, reject_kind, reason_kind, cast(landed_at as date)
)

select * from ops_rejects
