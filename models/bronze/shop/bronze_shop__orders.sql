{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'orders') }}
),

bronze_shop__orders as (
    select
        ---------- source values
        order_id,
        customer_id,
        channel_code,
        order_status,
        status_at,
        ordered_at,
        currency_code,
        country_code,
        ship_to_region,
        ship_to_city,
        discount_amount,
        shipping_amount,
        is_tax_included,
        promised_date,

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

select * from bronze_shop__orders
