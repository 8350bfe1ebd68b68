{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('supplier', 'price_list') }}
),

bronze_supplier__price_list as (
    select
        ---------- source values (text as it came)
        supplier_id,
        product_id,
        unit_cost,
        currency_code,
        minimum_order_quantity,

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

select * from bronze_supplier__price_list
