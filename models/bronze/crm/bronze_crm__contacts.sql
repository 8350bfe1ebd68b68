{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('crm', 'contacts') }}
),

bronze_crm__contacts as (
    select
        ---------- source values (text as it came)
        contact_id,
        first_name,
        last_name,
        email,
        phone,
        birth_date,
        address,
        lifecycle_status,
        has_consent,
        origin,
        created_at,
        updated_at,

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

select * from bronze_crm__contacts
