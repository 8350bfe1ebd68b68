-- One row is one alarm, of the warehouse or of one source: what was measured, the limit, and whether it is
-- beyond it, with the page that says what to do. Delay: from the beginning of the last build, when it
-- looked at the landing zone, to its end; a build that was killed has no end and is an alarm. Error rate:
-- records refused and not replayed. Quality score: mean of the dimensions, each over all that was checked.
-- The build that holds the run lock does not count, also if it was killed and the lock is not taken over
-- yet: `duckshift status` counts that one. Holds wall time.

with

ops_run_history as (
    select * from {{ ref('ops_run_history') }}
    where run_state != 'at work' and command in ('build', 'run', 'retry')
),

ops_entity_checks as (
    select * from {{ ref('ops_entity_checks') }}
    where quality_dimension != 'timeliness'
),

ops_quality_summary as (
    select * from {{ ref('ops_quality_summary') }}
),

alarm_thresholds as (
    select * from {{ ref('alarm_thresholds') }}
),

last_runs as (
    select
        duration_seconds,
        row_number() over (order by run_id desc nulls last) as newness
    from ops_run_history
),

-- Completeness and validity look at the same records, once for what lacks and once for what does not fit.
errors as (
    select
        source_name,
        sum(case when quality_dimension = 'validity' then checked_count else 0 end) as record_count,
        sum(failed_count) as refused_count
    from ops_entity_checks
    group by source_name
),

measured as (
    select
        'pipeline_delay' as alarm_name,
        'warehouse' as subject,
        'pipeline_delay_minutes' as threshold_name,
        {{ ratio('duration_seconds', '60', 4) }} as measured_value
    from last_runs
    where newness = 1

    union all

    select
        'error_rate' as alarm_name,
        source_name as subject,
        'error_rate_percent' as threshold_name,
        {{ ratio('100 * refused_count', 'record_count', 4) }} as measured_value
    from errors

    union all

    select
        'quality_score' as alarm_name,
        subject,
        'quality_score_percent' as threshold_name,
        {{ ratio('sum(score_percent)', 'count(*)', 4) }} as measured_value
    from ops_quality_summary
    group by subject
),

ops_pipeline_health as (
    select
        measured.alarm_name,
        cast(measured.subject as varchar(64)) as subject,
        measured.measured_value,
        alarm_thresholds.threshold_value,
        alarm_thresholds.unit,
        case
            when measured.alarm_name = 'quality_score'
                then measured.measured_value < alarm_thresholds.threshold_value
            when measured.alarm_name = 'pipeline_delay'
                then coalesce(measured.measured_value > alarm_thresholds.threshold_value, true)
            else coalesce(measured.measured_value > alarm_thresholds.threshold_value, false)
        end as is_alarm,
        'docs/runbooks.md#' || replace(measured.alarm_name, '_', '-') as runbook
    from measured
    inner join alarm_thresholds
        on measured.threshold_name = alarm_thresholds.threshold_name
)

select * from ops_pipeline_health
