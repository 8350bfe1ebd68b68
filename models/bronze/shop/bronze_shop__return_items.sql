{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'return_items') }}
),

bronze_shop__return_items as (
    select
        ---------- source values
        return_item_id,
        return_id,
        line_number,
        line_type,
        order_item_id,
        product_id,
        line_description,
        quantity,
        unit_price,
        refund_amount,
        reason_code,

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

select * from bronze_shop__return_items
