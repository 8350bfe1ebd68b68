{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shipping', 'events') }}
),

bronze_shipping__events as (
    select
        ---------- source values (text as it came)
        event_id,
        carrier_code,
        tracking_number,
        shipment_id,
        shipment_line_id,
        order_id,
        order_item_id,
        quantity,
        status,
        event_at,
        location_id,
        country_code,

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

select * from bronze_shipping__events
