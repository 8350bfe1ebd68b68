{{ config(
    unique_key='event_id',
    sort='event_at',
    meta={
        'recompute': {
            'by': 'event_id',
            'after': {'bronze_shipping__events': trimmed('event_id')},
            'log': ['shipment_line_id', 'carrier_code', 'location_id'],
        },
        'physical_reason': {'sort': 'Readers look for a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shipping__events as (
    select * from {{ ref('bronze_shipping__events') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('event_id')) }}
),

standardised as (
    select
        cast(nullif(trim(event_id), '') as varchar(64)) as event_id,
        cast(lower(nullif(trim(carrier_code), '')) as varchar(32)) as carrier_code,
        cast(nullif(trim(tracking_number), '') as varchar(64)) as tracking_number,
        cast(nullif(trim(shipment_id), '') as varchar(64)) as shipment_id,
        cast(nullif(trim(shipment_line_id), '') as varchar(64)) as shipment_line_id,
        cast(nullif(trim(order_id), '') as varchar(64)) as order_id,
        cast(nullif(trim(order_item_id), '') as varchar(64)) as order_item_id,
        {{ try_cast_text('quantity', 'bigint') }} as quantity,
        cast(lower(nullif(trim(status), '')) as varchar(32)) as status,
        {{ try_cast_text('event_at', 'timestamp') }} as event_at,
        cast(nullif(trim(location_id), '') as varchar(64)) as location_id,
        cast(upper(nullif(trim(country_code), '')) as varchar(2)) as country_code,
        _file,
        _file_version,
        _landed_at,
        _run_id
    from bronze_shipping__events
),

numbered as (
    select
        *,
        {{ copy_number('shipping', 'events') | indent(8) }} as _copy
    from standardised
),

stg_shipping__events as (
    select
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

        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_shipping__events
