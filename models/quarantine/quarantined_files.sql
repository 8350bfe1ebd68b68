-- One row is one file that is held as a whole: empty, truncated, without a required column, changed after it
-- was loaded, or of no entity of the landing contract; and whether what it holds was delivered again
-- (`_replay_of`). Leaves out files that wait for their manifest (ops_load_ledger has them).

with

ops_load_ledger as (
    select * from {{ ref('ops_load_ledger') }}
    where
        file_state not in ('loaded', 'ready', 'waiting')
        and is_present
),

ops_replayed_records as (
    select * from {{ ref('ops_replayed_records') }}
    where record_status = 'loaded'
),

keyed as (
    select
        *,
        {{ hash_key(['file', "'file'"]) }} as reject_key
    from ops_load_ledger
),

replays as (
    select
        replayed_key,
        min(file) as file
    from ops_replayed_records
    group by replayed_key
),

quarantined_files as (
    select
        keyed.reject_key,
        keyed.file,
        keyed.source_name,
        keyed.entity_name,
        keyed.file_state,
        keyed.reason,
        case when replays.file is not null then 'replayed' else 'open' end as reject_state,
        replays.file as replayed_by_file,
        keyed.file_bytes,
        keyed.landed_at
    from keyed
    left join replays
        on keyed.reject_key = replays.replayed_key
)

select * from quarantined_files
