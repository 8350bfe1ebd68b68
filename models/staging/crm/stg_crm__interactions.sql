{{ config(
    unique_key=['interaction_id', '_file'],
    meta={'recompute': {
        'by': '_file_version',
        'after': {'bronze_crm__interactions': '_file_version'},
    }, 'trace': {
        'bronze_crm__interactions': {
            '_file_version': '_file_version', 'interaction_id': 'trim(interaction_id)',
        },
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_crm__interactions as (
    select
        *,
        -- A dump that has a rejected record is not applied: a whole copy of it counts before it.
        max(case when _status = 'rejected' then 1 else 0 end) over (partition by _file) as _is_damaged
    from {{ ref('bronze_crm__interactions') }}
    where {{ is_affected('_file_version') }}
),

standardised as (
    select
        cast(nullif(trim(interaction_id), '') as varchar(64)) as interaction_id,
        cast(nullif(trim(contact_id), '') as varchar(64)) as contact_id,
        cast(lower(nullif(trim(interaction_type), '')) as varchar(32)) as interaction_type,
        cast(lower(nullif(trim(direction), '')) as varchar(32)) as direction,
        {{ try_cast_text('occurred_at', 'timestamp') }} as occurred_at,
        cast(lower(nullif(trim(topic), '')) as varchar(64)) as topic,
        cast(lower(nullif(trim(outcome), '')) as varchar(32)) as outcome,
        {{ try_cast_text('duration_seconds', 'integer') }} as duration_seconds,
        {{ try_cast_text('satisfaction_score', 'integer') }} as satisfaction_score,
        _file,
        _file_version,
        _is_damaged,
        _landed_at,
        _run_id
    from bronze_crm__interactions
    where _status = 'loaded'
),

numbered as (
    select
        *,
        {{ copy_number('crm', 'interactions') | indent(8) }} as _copy
    from standardised
),

stg_crm__interactions as (
    select
        interaction_id,
        contact_id,
        interaction_type,
        direction,
        occurred_at,
        topic,
        outcome,
        duration_seconds,
        satisfaction_score,

        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_crm__interactions
