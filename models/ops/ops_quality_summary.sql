-- One row is one dimension of quality of one source, or of all tables of silver, vault and gold together
-- (tables): the checks of its scorecard lines summed, the score in percent and whether it is high enough.

with

ops_quality_scorecard as (
    select * from {{ ref('ops_quality_scorecard') }}
),

summed as (
    select
        coalesce(source_name, 'tables') as subject,
        quality_dimension,
        cast(sum(checked_count) as bigint) as checked_count,
        cast(sum(failed_count) as bigint) as failed_count,
        max(threshold_percent) as threshold_percent
    from ops_quality_scorecard
    group by coalesce(source_name, 'tables'), quality_dimension
),

scored as (
    select
        *,
        {{ ratio('100 * (checked_count - failed_count)', 'checked_count', 4) }} as score_percent
    from summed
),

ops_quality_summary as (
    select
        cast(subject as varchar(64)) as subject,
        quality_dimension,
        checked_count,
        failed_count,
        score_percent,
        threshold_percent,
        score_percent >= threshold_percent as is_passed
    from scored
)

select * from ops_quality_summary
