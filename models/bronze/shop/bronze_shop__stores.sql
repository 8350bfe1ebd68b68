{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'stores') }}
),

bronze_shop__stores as (
    select
        ---------- source values
        store_id,
        store_name,
        store_format,
        city,
        region,
        country_code,
        time_zone,
        currency_code,
        floor_area_m2,
        opened_date,
        closed_date,

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

select * from bronze_shop__stores
