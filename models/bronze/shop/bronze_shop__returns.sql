{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'returns') }}
),

bronze_shop__returns as (
    select
        ---------- source values
        return_id,
        order_id,
        customer_id,
        channel_code,
        returned_at,
        currency_code,
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

select * from bronze_shop__returns
