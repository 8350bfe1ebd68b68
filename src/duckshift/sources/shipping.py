"""What the carriers report of each shipped line: JSON lines, fetched one to four times a day."""

from duckshift.landing import write_text_files
from duckshift.sources._engine import Run

# A parcel is picked up, at times seen on the way, at times delayed, and delivered. In the Pacific and in
# America a second carrier does the last mile; both may report the delivery.
_EVENTS = """
    create table shipping_event as
        with line as (
            select *,
                case location_id
                    when 'W-01' then pick(['nordfracht', 'swiftparcel'], u('carrier', shipment_id))
                    when 'W-02' then 'polpost'
                    when 'W-03' then 'blueline'
                    else 'pacificexpress'
                end as carrier_code,
                format('{}{:010d}', upper(carrier_code[1:2]), (1e10 * u('tracking', shipment_id))::bigint)
                    as tracking_number,
                epoch(delivered_at - shipped_at) as seconds_on_the_way,
                u('delayed', shipment_id) < 0.03 as is_delayed,
            from shipment_line
        ),
        step as (
            select *, unnest([
                {'status': 'picked_up', 'event_at': shipped_at, 'step': 1},
                {'status': (case when u('seen', shipment_id) < 0.5 then 'in_transit' end),
                    'event_at': after_seconds(shipped_at, seconds_on_the_way * 0.4), 'step': 2},
                {'status': (case when is_delayed then 'exception' end),
                    'event_at': after_seconds(shipped_at, seconds_on_the_way * 0.6), 'step': 3},
                {'status': 'delivered', 'event_at': delivered_at, 'step': 4}
            ]) as change,
            from line
        )
        select shipment_line_id || '-E' || change.step as event_name, carrier_code, tracking_number,
            shipment_id, shipment_line_id, order_id, order_item_id, quantity,
            change.status as status, change.event_at as event_at, change.step as step, country_code,
            shipped_at,
            (case when change.step = 1 then location_id end) as location_id,
            location_id in ('W-03', 'W-04') as has_last_mile,
        from step
        where change.status is not null and change.event_at < end_at();
"""

# At most one fault each; `choice` runs over deliveries first.
_DELIVERIES = """
    create table shipping_delivery as
        with chosen as (
            select *,
                row_number() over (
                    order by status != 'delivered', u('shipping fault', event_name), event_name
                ) as choice,
                row_number() over (
                    order by status != 'delivered' or not has_last_mile, u('two carriers', event_name),
                        event_name
                ) as last_mile_choice,
                fault_count(0.002, count(*) over ()) as quota,
            from shipping_event
        ),
        faulty as (
            select *,
                case
                    when not faults() then null
                    when choice <= quota and status = 'delivered' then 'step_order'
                    when choice <= 2 * quota then 'repeated'
                    when choice <= 3 * quota then 'late'
                    when choice <= 3 * quota + 1 + quota // 4 then 'unknown_order'
                    when choice <= 3 * quota + 2 + quota // 2 then 'missing_event_at'
                    when choice <= 3 * quota + 3 + 3 * quota // 4 then 'malformed'
                end as fault,
            from chosen
        ),
        reported as (
            select *, 0 as copy, fault as _fault, event_name as source_name,
                -- The carrier says that it was delivered before it was picked up.
                (case when fault = 'step_order' then shipped_at - interval 3 hour else event_at end)
                    as written_at,
                least(end_at() + interval 9 hour, case
                    when fault = 'late' then event_at + to_hours((26 + 60 * u('late', event_name))::int)
                    else event_at + interval 20 minute
                end) as sent_at,
                (case when fault in ('missing_event_at', 'malformed') then 'rejected'
                    when fault = 'repeated' then 'duplicate' else 'loaded' end) as _disposition,
            from faulty
            union all
            -- The same event again in a later file.
            select *, 1, null, event_name, event_at,
                least(end_at() + interval 10 hour, event_at + interval 26 hour), 'loaded',
            from faulty
            where fault = 'repeated'
            union all
            -- The same delivery, reported by the other carrier under a number of its own.
            select * replace (event_name || 'B' as event_name, 'lastmile' as carrier_code,
                    'LM' || tracking_number[3:] as tracking_number),
                0, 'two_carriers', event_name,
                event_at + to_seconds((30 + 500 * u('other clock', event_name))::bigint),
                event_at + interval 25 minute, 'loaded',
            from faulty
            where has_last_mile and status = 'delivered' and fault is null and faults()
                and last_mile_choice <= 4 * quota
        ),
        filed as (
            select *,
                -- Fetched at 3, 9, 15 and 21 o'clock; where there is little, at 3 o'clock.
                time_bucket(to_hours(case when scale() < 0.1 then 24 else 6 end), sent_at,
                    start_at() + interval 3 hour) + to_hours(case when scale() < 0.1 then 24 else 6 end)
                    as produced_at,
                '{"event_id":"' || md5(seed() || event_name) || '","carrier_code":"' || carrier_code
                    || '","tracking_number":"' || tracking_number || '","shipment_id":"' || shipment_id
                    || '","shipment_line_id":"' || shipment_line_id || '","order_id":"'
                    || (case when fault = 'unknown_order' then 'O-9' || order_id[4:] else order_id end)
                    || '","order_item_id":"' || order_item_id || '","quantity":' || quantity
                    || ',"status":"' || status || '","event_at":'
                    || (case when fault = 'missing_event_at' then 'null'
                        else '"' || strftime(written_at, '%Y-%m-%d %H:%M:%S') || '"' end)
                    || ',"location_id":' || coalesce('"' || location_id || '"', 'null')
                    || ',"country_code":"' || country_code || '"}' as text,
            from reported
        )
        select event_name, md5(seed() || event_name) as event_id, status, _fault, _disposition,
            (case when fault = 'malformed' then text[:90] else text end) as line,
            format('shipping/events/dt={}/events.{}.json', strftime(produced_at, '%Y-%m-%d'),
                strftime(produced_at, '%Y%m%dT%H%M%SZ')) as _path,
            row_number() over (partition by produced_at order by sent_at, event_name, copy) as _position,
        from filed;

    insert into truth_fault
        select 'shipping', 'events', _fault, _path, _position, event_id, _disposition
        from shipping_delivery
        where _fault is not null;
    insert into truth_accounting
        select 'shipping', 'events', count(distinct _path), 0, 0, count(*),
            count(*) filter (_disposition = 'loaded'), count(*) filter (_disposition = 'rejected'),
            count(*) filter (_disposition = 'duplicate'), 0,
        from shipping_delivery;

    -- What is to be found: lines that left, and that arrived.
    insert into truth_figure
        select 'shipment_lines', count(*) from shipment_line where shipped_at < end_at()
        union all
        select 'delivered_shipment_lines', count(*) from shipment_line where delivered_at < end_at()
        union all
        select 'shipments', count(distinct shipment_id) from shipment_line where shipped_at < end_at()
        union all
        select 'partial_shipment_orders', count(*) from (
            select order_id from shipment_line
            where shipped_at < end_at()
            group by order_id
            having count(distinct shipment_id) > 1
        );
"""


def land(run: Run) -> None:
    """Write the files below `shipping/events/`."""
    run.progress("shipping/events")
    run.sql(_EVENTS)
    run.sql(_DELIVERIES)
    write_text_files(run.connection, "select _path, _position, line from shipping_delivery", run.root)
    run.sql("drop table shipping_delivery")
