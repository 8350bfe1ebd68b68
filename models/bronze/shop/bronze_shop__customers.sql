{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'customers') }}
),

bronze_shop__customers as (
    select
        ---------- source values
        customer_id,
        email,
        first_name,
        last_name,
        phone,
        birth_date,
        segment,
        country_code,
        has_marketing_consent,
        registered_at,
        preferred_language,

        ---------- change log
        op,
        _commit_ts,
        _change_seq,

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

select * from bronze_shop__customers
