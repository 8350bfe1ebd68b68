-- One row is the moment as of which reports look, and its day; there is only this one. It is when the newest
-- landing file came, not the wall clock: a run with nothing new changes no report.
{{ config(
    unique_key='date_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': after_all_bronze(),
        },
        'trace': dict.fromkeys(after_all_bronze(), {'run_at': '_landed_at'}),
        'physical_reason': {
            'dist': 'Joined with everything that looks back from today. One, where others have many rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

ops_landed_records as (
    select * from {{ ref('ops_landed_records') }}
    where {{ is_affected() }}
),

newest as (
    select max(landed_at) as run_at
    from ops_landed_records
),

dim_run_date as (
    select
        {{ date_key('cast(run_at as date)') }} as date_key,
        cast(run_at as date) as run_date,
        run_at
    from newest
    where run_at is not null
)

select * from dim_run_date
