{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'promotions') }}
),

bronze_shop__promotions as (
    select
        ---------- source values
        promotion_id,
        promotion_name,
        promotion_type,
        coupon_code,
        discount_rate,
        starts_at,
        ends_at,
        is_combinable,

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

select * from bronze_shop__promotions
