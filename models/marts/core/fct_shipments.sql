-- One row is one shipped line as it moves: an order line, or the part of it that went in one parcel, with the
-- moments that carriers reported. Contains lines on their way. Where two carriers report the same step the
-- first report counts. Leaves out lines that no carrier has reported.
{{ config(
    unique_key='shipment_line_id',
    dist='order_id',
    sort='first_event_at',
    meta={
        'recompute': {
            'by': 'shipment_line_id',
            'after': {
                'stg_shipping__events': 'shipment_line_id',
                'int_orders__unite_orders': {
                    'through': 'this',
                    'match': {'order_id': 'order_id'},
                    'reads': ['promised_date', 'order_date'],
                },
            },
            'log': ['order_id'],
        },
        'physical_reason': {
            'dist': 'Like the order lines that it carries, so that the two meet without moving rows.',
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shipping__events as (
    select * from {{ ref('stg_shipping__events') }}
    where {{ is_affected('shipment_line_id', of='stg_shipping__events') }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
),

countries as (
    select * from {{ ref('countries') }}
),

-- Who reported first, in total: of two reports of one second the carrier's own number decides.
ranked as (
    select
        *,
        row_number() over (
            partition by shipment_line_id order by event_at asc nulls last, event_id asc nulls last
        ) as place,
        row_number() over (
            partition by shipment_line_id, status order by event_at asc nulls last, event_id asc nulls last
        ) as place_in_status
    from stg_shipping__events
),

milestones as (
    select
        shipment_line_id,
        min(case when place = 1 then shipment_id end) as shipment_id,
        min(case when place = 1 then order_id end) as order_id,
        min(case when place = 1 then order_item_id end) as order_item_id,
        min(case when place = 1 then carrier_code end) as carrier_code,
        min(case when place = 1 then country_code end) as country_code,
        min(case when place = 1 then quantity end) as quantity,
        min(location_id) as location_id,
        min(case when status = 'delivered' and place_in_status = 1 then carrier_code end)
            as delivery_carrier_code,
        min(event_at) as first_event_at,
        min(case when status = 'picked_up' then event_at end) as picked_up_at,
        min(case when status = 'in_transit' then event_at end) as in_transit_at,
        min(case when status = 'exception' then event_at end) as exception_at,
        min(case when status = 'delivered' then event_at end) as delivered_at,
        count(*) as event_count,
        count(distinct carrier_code) as carrier_count
    from ranked
    group by shipment_line_id
),

dated as (
    select
        milestones.*,
        orders.order_id is not null as is_order_known,
        orders.order_date,
        orders.promised_date,
        cast({{ local_time('milestones.first_event_at', "coalesce(countries.time_zone, 'UTC')") }} as date)
            as shipped_date,
        cast({{ local_time('milestones.delivered_at', "coalesce(countries.time_zone, 'UTC')") }} as date)
            as delivered_date
    from milestones
    left join int_orders__unite_orders as orders
        on milestones.order_id = orders.order_id
    left join countries
        on milestones.country_code = countries.country_code
),

fct_shipments as (
    select
        ---------- keys
        shipment_line_id,
        shipment_id,
        order_id,
        order_item_id,

        ---------- foreign keys
        {{ member_key('shipped_date', calendar_key('shipped_date')) }} as shipped_date_key,
        {{ member_key('delivered_date', calendar_key('delivered_date'), missing=-2) }} as delivered_date_key,
        {{ member_key('carrier_code', hash_key(['carrier_code'])) }} as carrier_key,
        {{ member_key('delivery_carrier_code', hash_key(['delivery_carrier_code']), missing=-2) }}
            as delivery_carrier_key,
        {{ member_key('location_id', hash_key(['location_id'])) }} as location_key,

        ---------- attributes
        country_code,
        is_order_known,
        delivered_at is not null as is_delivered,
        exception_at is not null as has_exception,
        case
            when delivered_at is null or promised_date is null then null
            else delivered_date <= promised_date
        end as is_on_time,
        coalesce(delivered_at < picked_up_at, false)
        or coalesce(in_transit_at < picked_up_at, false)
        or coalesce(delivered_at < in_transit_at, false) as has_milestone_violation,

        ---------- measures
        quantity,
        cast(event_count as bigint) as event_count,
        cast(carrier_count as bigint) as carrier_count,
        {{ days_between('order_date', 'shipped_date') }} as days_to_ship,
        {{ days_between('shipped_date', 'delivered_date') }} as days_in_transit,

        ---------- dates and timestamps
        order_date,
        promised_date,
        shipped_date,
        delivered_date,
        first_event_at,
        picked_up_at,
        in_transit_at,
        exception_at,
        delivered_at
    from dated
)

select * from fct_shipments
