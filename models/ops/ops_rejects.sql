-- One row is one kind of rejection of one entity and day of arrival: how many records were refused for it.
-- The kind is the reason without the offending value.

with

quarantined_records as (
    select * from {{ ref('quarantined_records') }}
),

kinds as (
    select
        source_name,
        entity_name,
        case
            when strpos(reason, ', found ') > 0 then substring(reason, 1, strpos(reason, ', found ') - 1)
            else reason
        end as reason_kind,
        cast(landed_at as date) as landed_date
    from quarantined_records
),

ops_rejects as (
    select
        source_name,
        entity_name,
        reason_kind,
        landed_date,
        count(*) as rejected_record_count
    from kinds
    group by source_name, entity_name, reason_kind, landed_date
)

select * from ops_rejects
