-- One row is one entity of the landing contract and one dimension of quality that its arrivals show:
-- records that have what the contract requires (completeness), records that read as it says (validity),
-- deliveries that came, and in time (timeliness). Records that were replayed are no fault any more. Leaves
-- out the timeliness of entities of which nothing is expected. Read by ops_quality_scorecard.

with

ops_source_health as (
    select * from {{ ref('ops_source_health') }}
),

ops_rejects as (
    select * from {{ ref('ops_rejects') }}
),

refused as (
    select
        source_name,
        entity_name,
        case when reject_kind = 'missing_value' then 'completeness' else 'validity' end as quality_dimension,
        sum(rejected_record_count - replayed_record_count) as refused_count
    from ops_rejects
    group by
        source_name,
        entity_name,
        case when reject_kind = 'missing_value' then 'completeness' else 'validity' end
),

records as (
    select
        source_name,
        entity_name,
        'completeness' as quality_dimension,
        record_count
    from ops_source_health

    union all

    select
        source_name,
        entity_name,
        'validity' as quality_dimension,
        record_count
    from ops_source_health
),

deliveries as (
    select
        source_name,
        entity_name,
        'timeliness' as quality_dimension,
        coalesce(expected_delivery_count, 1) as checked_count,
        case
            when expected_delivery_count is not null
                then missing_delivery_count + coalesce(late_delivery_count, 0)
            when freshness_state = 'stale' then 1
            else 0
        end as failed_count
    from ops_source_health
    where expected_delivery_count is not null or freshness_state in ('fresh', 'stale')
),

ops_entity_checks as (
    select
        records.source_name,
        records.entity_name,
        records.quality_dimension,
        cast(records.record_count as bigint) as checked_count,
        cast(coalesce(refused.refused_count, 0) as bigint) as failed_count
    from records
    left join refused
        on
            records.source_name = refused.source_name
            and records.entity_name = refused.entity_name
            and records.quality_dimension = refused.quality_dimension

    union all

    select
        source_name,
        entity_name,
        quality_dimension,
        cast(checked_count as bigint) as checked_count,
        cast(failed_count as bigint) as failed_count
    from deliveries
)

select * from ops_entity_checks
