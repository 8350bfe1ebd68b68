-- One row is one record that breaks the landing contract: where it lies, why it was refused, its raw text,
-- and whether that is still open: replayed (delivered again and loaded, or its store file corrected),
-- accepted as lost by a rule (seed quarantine_rules), or open. Never leaves. Restricted: the raw text is as
-- it came, personal data included. Read it before asking a source to deliver again.

with

ops_landed_records as (
    select * from {{ ref('ops_landed_records') }}
    where record_status = 'rejected'
),

ops_replayed_records as (
    select * from {{ ref('ops_replayed_records') }}
    where record_status = 'loaded'
),

ops_store_files as (
    select * from {{ ref('ops_store_files') }}
),

quarantine_rules as (
    select * from {{ ref('quarantine_rules') }}
),

-- Two records of web events can stand in one line.
numbered as (
    select
        *,
        row_number() over (
            partition by file, line_number
            order by reason asc nulls last, raw_text asc nulls last
        ) as record_number
    from ops_landed_records
),

keyed as (
    select
        *,
        {{ hash_key([
            'file', 'cast(line_number as varchar(20))', 'cast(record_number as varchar(20))'
        ]) | indent(8) }} as reject_key,
        case
            when strpos(reason, ', found ') > 0 then substring(reason, 1, strpos(reason, ', found ') - 1)
            else reason
        end as reason_kind
    from numbered
),

replays as (
    select
        replayed_key,
        min(file) as file,
        min(run_id) as run_id
    from ops_replayed_records
    group by replayed_key
),

corrections as (
    select
        superseded.file,
        superseded.superseded_by_file,
        counting.run_id
    from ops_store_files as superseded
    inner join ops_store_files as counting
        on superseded.superseded_by_file = counting.file
),

accepted as (
    {{ accepted_as_lost('keyed', 'quarantine_rules') | indent(4) }}
),

quarantined_records as (
    select
        keyed.reject_key,
        keyed.source_name,
        keyed.entity_name,
        keyed.file,
        keyed.line_number,

        ---------- why
        case
            when strpos(keyed.file, '/processing-failed/') > 0 then 'delivery_failed'
            when keyed.reason_kind like '%: a value is required' then 'missing_value'
            when keyed.reason_kind like '%: its folder is that of another' then 'broken_rule'
            when keyed.reason_kind like '%: % expected' then 'failed_cast'
            when keyed.reason_kind like '%: the value holds a null character' then 'failed_cast'
            else 'unreadable'
        end as reject_kind,
        keyed.reason,
        keyed.reason_kind,
        keyed.raw_text,

        ---------- what became of it
        case
            when coalesce(replays.file, corrections.superseded_by_file) is not null then 'replayed'
            when accepted.rule_name is not null then 'accepted'
            else 'open'
        end as reject_state,
        case
            when coalesce(replays.file, corrections.superseded_by_file) is null then accepted.rule_name
        end as rule_name,
        coalesce(replays.file, corrections.superseded_by_file) as replayed_by_file,
        coalesce(replays.run_id, corrections.run_id) as replayed_run_id,

        ---------- where it came from
        keyed.landed_at,
        keyed.run_id,
        keyed.loaded_at
    from keyed
    left join replays
        on keyed.reject_key = replays.replayed_key
    left join corrections
        on keyed.file = corrections.file
    left join accepted
        on keyed.reject_key = accepted.reject_key
)

select * from quarantined_records
