{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'opening_stock') }}
),

bronze_shop__opening_stock as (
    select
        ---------- source values
        product_id,
        location_id,
        quantity,
        counted_at,

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

select * from bronze_shop__opening_stock
