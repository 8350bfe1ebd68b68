{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('fx', 'rates') }}
),

bronze_fx__rates as (
    select
        ---------- source values (text as it came)
        rate_date,
        base_currency,
        quote_currency,
        rate,

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

select * from bronze_fx__rates
