-- One row is one dimension of quality of one entity or table: how much was checked, how much of it failed,
-- the score in percent and whether it is high enough. Staging counts with its entity. Leaves out what was
-- never checked, and what held nothing to check.

with

ops_entity_checks as (
    select * from {{ ref('ops_entity_checks') }}
),

ops_test_checks as (
    select * from {{ ref('ops_test_checks') }}
),

alarm_thresholds as (
    select * from {{ ref('alarm_thresholds') }}
),

checks as (
    select
        source_name || '/' || entity_name as subject,
        quality_dimension,
        checked_count,
        failed_count
    from ops_entity_checks

    union all

    select
        case
            when substring(model_name, 1, 4) = 'stg_' then replace(substring(model_name, 5), '__', '/')
            else model_name
        end as subject,
        quality_dimension,
        checked_count,
        failed_count
    from ops_test_checks
),

summed as (
    select
        subject,
        quality_dimension,
        cast(sum(checked_count) as bigint) as checked_count,
        cast(sum(failed_count) as bigint) as failed_count
    from checks
    group by subject, quality_dimension
    having sum(checked_count) > 0
),

scored as (
    select
        *,
        {{ ratio('100 * (checked_count - failed_count)', 'checked_count', 4) }} as score_percent
    from summed
),

ops_quality_scorecard as (
    select
        cast(scored.subject as varchar(256)) as subject,
        scored.quality_dimension,
        case when strpos(scored.subject, '/') > 0 then 'entity' else 'table' end as subject_type,
        case when strpos(scored.subject, '/') > 0 then split_part(scored.subject, '/', 1) end as source_name,
        scored.checked_count,
        scored.failed_count,
        scored.score_percent,
        alarm_thresholds.threshold_value as threshold_percent,
        scored.score_percent >= alarm_thresholds.threshold_value as is_passed
    from scored
    inner join alarm_thresholds
        on scored.quality_dimension || '_score_percent' = alarm_thresholds.threshold_name
)

select * from ops_quality_scorecard
