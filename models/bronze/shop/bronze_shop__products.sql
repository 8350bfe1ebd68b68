{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'products') }}
),

bronze_shop__products as (
    select
        ---------- source values
        product_id,
        sku,
        product_name,
        product_description,
        category_id,
        supplier_id,
        brand,
        list_price,
        currency_code,
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

select * from bronze_shop__products
