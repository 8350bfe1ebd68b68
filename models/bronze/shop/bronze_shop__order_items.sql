{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'order_items') }}
),

bronze_shop__order_items as (
    select
        ---------- source values
        order_item_id,
        order_id,
        line_number,
        line_type,
        product_id,
        line_description,
        quantity,
        list_price,
        unit_price,
        discount_amount,
        shipping_amount,
        tax_rate,
        unit_cost,
        supplier_id,

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

select * from bronze_shop__order_items
