{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'order_item_promotions') }}
),

bronze_shop__order_item_promotions as (
    select
        ---------- source values
        order_item_promotion_id,
        order_item_id,
        promotion_id,
        discount_amount,

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

select * from bronze_shop__order_item_promotions
