{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'customer_addresses') }}
),

bronze_shop__customer_addresses as (
    select
        ---------- source values
        address_id,
        customer_id,
        street,
        postal_code,
        city,
        region,
        country_code,
        is_primary,

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

select * from bronze_shop__customer_addresses
