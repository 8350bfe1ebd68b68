{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('pos', 'sales') }}
),

bronze_pos__sales as (
    select
        ---------- source values (text as it came)
        store_id,
        receipt_id,
        line_number,
        sold_at,
        product_code,
        quantity,
        unit_price,
        discount_amount,
        tax_rate,
        payment_method,
        customer_id,
        original_receipt_id,
        loyalty_card_number,

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

select * from bronze_pos__sales
