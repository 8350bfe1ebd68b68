{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('crm', 'interactions') }}
),

bronze_crm__interactions as (
    select
        ---------- source values (text as it came)
        interaction_id,
        contact_id,
        interaction_type,
        direction,
        occurred_at,
        topic,
        outcome,
        duration_seconds,
        satisfaction_score,

        ---------- columns beyond the contract, as JSON
        _extra,

        ---------- what became of the record
        _status,
        _reason,
        _raw,

        ---------- where it came from
        _file,
        _file_version,
        _line,
        _landed_at,

        ---------- which run loaded it
        _run_id,
        _loaded_at
    from landed
)

select * from bronze_crm__interactions
