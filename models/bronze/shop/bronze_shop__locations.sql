{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'locations') }}
),

bronze_shop__locations as (
    select
        ---------- source values
        location_id,
        location_name,
        location_type,
        store_id,
        city,
        region,
        country_code,
        time_zone,
        storage_area_m2,
        is_active,

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

select * from bronze_shop__locations
