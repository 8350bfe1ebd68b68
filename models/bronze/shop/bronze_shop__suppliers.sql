{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'suppliers') }}
),

bronze_shop__suppliers as (
    select
        ---------- source values
        supplier_id,
        supplier_name,
        city,
        region,
        country_code,

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

select * from bronze_shop__suppliers
