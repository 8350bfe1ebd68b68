-- One row is one kind of test of one table, each test as the last run that ran it found it: a check is one
-- row that one test looked at. Rows are those that the builds of the table counted, so no table is read for
-- it. Leaves out what is not counted when it is built: seeds, views, snapshots, tables made from seeds alone.
-- Read by ops_quality_scorecard.

with

test_findings as (
    select * from {{ source('control', 'test_findings') }}
),

model_builds as (
    select * from {{ source('control', 'model_builds') }}
),

quality_dimensions as (
    select * from {{ ref('quality_dimensions') }}
),

last_full_builds as (
    select
        model_name,
        max(run_id) as run_id
    from model_builds
    where build_kind = 'full'
    group by model_name
),

row_counts as (
    select
        model_builds.model_name,
        sum(model_builds.inserted_row_count - model_builds.deleted_row_count) as row_count
    from model_builds
    inner join last_full_builds
        on
            model_builds.model_name = last_full_builds.model_name
            and model_builds.run_id >= last_full_builds.run_id
    group by model_builds.model_name
),

numbered as (
    select
        *,
        row_number() over (partition by test_name order by run_id desc nulls last) as newness
    from test_findings
),

-- A run of some tests says nothing of the others.
counted as (
    select
        model_name,
        test_kind,
        count(*) as test_count,
        sum(case when is_errored then 1 else 0 end) as errored_test_count,
        sum(failing_row_count) as failing_row_count
    from numbered
    where newness = 1
    group by model_name, test_kind
),

ops_test_checks as (
    select
        counted.model_name,
        counted.test_kind,
        quality_dimensions.quality_dimension,
        counted.test_count,
        cast(counted.errored_test_count as bigint) as errored_test_count,
        cast(row_counts.row_count as bigint) as table_row_count,
        cast(row_counts.row_count * counted.test_count as bigint) as checked_count,
        -- A test that ended in an error has shown nothing to be right. Some find more than rows of the table
        -- (children without a parent, days that are missing): no more can fail than was checked.
        cast(least(
            row_counts.row_count * counted.test_count,
            row_counts.row_count * counted.errored_test_count + counted.failing_row_count
        ) as bigint) as failed_count
    from counted
    inner join row_counts
        on counted.model_name = row_counts.model_name
    inner join quality_dimensions
        on counted.test_kind = quality_dimensions.test_kind
)

select * from ops_test_checks
