-- One row is one file that was held as a whole: empty, truncated, without a required column, changed after it
-- was loaded, or of no entity of the landing contract; and whether that is still open: replayed (what it
-- holds was delivered again, `_replay_of`), accepted as lost by a rule (seed quarantine_rules), withdrawn
-- (taken away from the landing zone), or open. Leaves out files that wait for their manifest
-- (ops_load_ledger has them).

with

ops_load_ledger as (
    select * from {{ ref('ops_load_ledger') }}
    where file_state not in ('loaded', 'ready', 'waiting')
),

ops_replayed_records as (
    select * from {{ ref('ops_replayed_records') }}
    where record_status = 'loaded'
),

quarantine_rules as (
    select * from {{ ref('quarantine_rules') }}
),

keyed as (
    select
        *,
        {{ hash_key(['file', "'file'"]) }} as reject_key,
        -- Without what was found, which follows in brackets, and without the remedy.
        split_part(split_part(reason, ' (', 1), ': ', 1) as reason_kind
    from ops_load_ledger
),

replays as (
    select
        replayed_key,
        min(file) as file
    from ops_replayed_records
    group by replayed_key
),

accepted as (
    {{ accepted_as_lost('keyed', 'quarantine_rules') | indent(4) }}
),

quarantined_files as (
    select
        keyed.reject_key,
        keyed.file,
        keyed.source_name,
        keyed.entity_name,
        keyed.file_state,
        keyed.reason,
        keyed.reason_kind,
        case
            when replays.file is not null then 'replayed'
            when accepted.rule_name is not null then 'accepted'
            when not keyed.is_present then 'withdrawn'
            else 'open'
        end as reject_state,
        case when replays.file is null then accepted.rule_name end as rule_name,
        replays.file as replayed_by_file,
        keyed.file_bytes,
        keyed.landed_at
    from keyed
    left join replays
        on keyed.reject_key = replays.replayed_key
    left join accepted
        on keyed.reject_key = accepted.reject_key
)

select * from quarantined_files
