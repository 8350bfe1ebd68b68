"""Stock of each product at each location: opening, movements, closing. Never negative, at times nothing.

The generator knows what will be sold: a location is filled up, at fixed intervals, with what it needs until
the next time. Where there is no safety stock the shelf is empty from the last sale to the next delivery.
"""

from duckshift.sources._engine import Run

# What sells, comes back or gets lost; `flow_name` makes the order within a second total.
_DEMAND = """
    create table stock_demand as
        with sold_at_till as (
            -- As the till finally has it: of a corrected day the second revision.
            select store_id, sold_at, receipt_id, line_number, product_code, quantity
            from till_line
            anti join (select store_number, day_number from till_file where file_fault = 'corrected_file')
                using (store_number, day_number)
            union all
            select store_id, sold_at, receipt_id, line_number, product_code, quantity
            from till_record
            where revision = 2
        ),
        first_parcel as (
            select order_item_id, any_value(product_number) as product_number,
                min_by(location_id, parcel_number) as location_id,
            from shipment_line
            group by order_item_id
        ),
        flow as (
            select product_number, location_id, 'sale' as movement_type, -quantity as quantity,
                shipped_at as moved_at, 'order_item' as reference_type, order_item_id as reference_id,
                shipment_line_id as flow_name,
            from shipment_line
            union all
            select product_number, location_id, 'return', returned_quantity,
                after_seconds(returned_at, 60 + 3000 * u('unpacked', return_item_id)), 'return_item',
                return_item_id, return_item_id,
            from return_line
            inner join first_parcel using (order_item_id)
            union all
            -- Damaged goods are booked in and at once written off.
            select product_number, location_id, 'write_off', -returned_quantity,
                after_seconds(returned_at, 3600 + 3000 * u('written off', return_item_id)), 'return_item',
                return_item_id, return_item_id || ' off',
            from return_line
            inner join first_parcel using (order_item_id)
            where u('reason', order_item_id) >= 0.2 and u('reason', order_item_id) < 0.4
            union all
            select substr(product_code, 5)::bigint, 'L-' || store_id,
                (case when sold_at_till.quantity > 0 then 'sale' else 'return' end), -sold_at_till.quantity,
                timezone('UTC', timezone(time_zone, sold_at)), 'receipt_line',
                concat_ws('|', store_id, receipt_id, line_number),
                concat_ws('|', store_id, receipt_id, line_number),
            from sold_at_till
            inner join store using (store_id)
        ),
        counted as (
            -- Counting finds one unit less, now and then.
            select distinct product_number, location_id, 'adjustment' as movement_type, -1 as quantity,
                after_seconds(start_at(), (0.1 + 0.8 * u('counted', product_number || location_id))
                    * period_seconds()) as moved_at,
                'count' as reference_type,
                format('CNT-{}-{:06d}', location_id, product_number) as reference_id,
                reference_id as flow_name,
            from flow
            where u('miscounted', product_number || location_id) < 0.01
        )
        from flow where moved_at < end_at()
        union all
        from counted where moved_at < end_at();
"""


def _cycles(name: str, demand: str, days: int) -> str:
    """Return SQL for a table of how much each product and location needs from one delivery to the next.

    Cycle 0 is served by the opening stock; the days of delivery differ between products.
    """
    return f"""
    create table {name} as
        with numbered as (
            select *, (start_at() + to_days((product_number % {days})::int) + interval 3 hour) as first_day,
                greatest(0, floor(epoch(moved_at - first_day) / ({days} * 86400)))::bigint as cycle_number,
            from ({demand})
        ),
        running as (
            select *, -sum(quantity) over (
                    partition by product_number, location_id, cycle_number order by moved_at, flow_name
                    rows unbounded preceding
                ) as taken,
            from numbered
        )
        select product_number, location_id, cycle_number,
            any_value(first_day) + to_days(({days} * cycle_number)::int) as begins_at,
            -- Without safety stock nothing more than is needed comes.
            u('safety', product_number || location_id) as safety,
            greatest(0, max(taken))::bigint as needed,
            (case when safety < 0.15 then needed else 5 * ceil(needed / 5) end)::bigint as delivered,
        from running
        group by product_number, location_id, cycle_number;
    """


_TRANSFERS = """
    create table transfer as
        select product_number, location_id as to_location_id, delivered as quantity, begins_at,
            (case country_code when 'US' then 'W-03' when 'JP' then 'W-04' else 'W-01' end)
                as from_location_id,
            format('TR-{}-{:06d}-{}', location_id, product_number, cycle_number) as transfer_id,
        from store_cycle
        inner join store on 'L-' || store_id = location_id
        where cycle_number > 0 and delivered > 0;
"""

_MOVEMENTS = """
    create table opening as
        with counted as (
            select product_number, location_id, safety, delivered from store_cycle where cycle_number = 0
            union all
            select product_number, location_id, safety, delivered from warehouse_cycle where cycle_number = 0
        ),
        known as (
            select distinct product_number, location_id from store_cycle
            union
            select distinct product_number, location_id from warehouse_cycle
            union
            -- What nobody wants lies in the central warehouse.
            select product_number, 'W-01' from product
        )
        select product_number, format('P-{:06d}', product_number) as product_id, location_id,
            coalesce(delivered, 0) + (case when u('safety', product_number || location_id) < 0.15 then 0
                else 1 + floor(9 * u('safety stock', product_number || location_id))::bigint
            end) as quantity,
        from known
        left join counted using (product_number, location_id)
        inner join product using (product_number)
        where created_at < load_at();

    create table stock_flow as
        with flow as (
            from stock_demand
            union all
            select product_number, to_location_id, 'transfer_in', quantity, begins_at, 'transfer',
                transfer_id, transfer_id || ' in',
            from transfer
            union all
            select product_number, from_location_id, 'transfer_out', -quantity, begins_at - interval 1 day,
                'transfer', transfer_id, transfer_id || ' out',
            from transfer
            union all
            select product_number, location_id, 'receipt', delivered, begins_at, 'purchase_order',
                format('PO-{}-{:06d}-{}', location_id, product_number, cycle_number) as reference_id,
                reference_id,
            from warehouse_cycle
            where cycle_number > 0 and delivered > 0
            union all
            -- A product that is new, or that its location did not have, comes in before it goes out.
            select product_number, location_id, 'receipt', delivered,
                first_needed_at - interval 1 hour, 'purchase_order',
                format('PO-{}-{:06d}-0', location_id, product_number) as reference_id, reference_id,
            from (
                select product_number, location_id, delivered from store_cycle where cycle_number = 0
                union all
                select product_number, location_id, delivered from warehouse_cycle where cycle_number = 0
            ) as first_cycle
            anti join opening using (product_number, location_id)
            inner join (
                select product_number, location_id, min(moved_at) as first_needed_at
                from (
                    select product_number, location_id, moved_at from stock_demand
                    union all
                    select product_number, from_location_id, begins_at - interval 1 day from transfer
                )
                group by all
            ) using (product_number, location_id)
            where delivered > 0
        )
        select *, format('M-{:09d}', row_number() over (order by moved_at, flow_name, location_id))
                as movement_id,
            format('P-{:06d}', product_number) as product_id,
        from flow;
"""

_VERSIONS = """
    create table counted_opening as
        select *, quantity > 0 and faults() and row_number() over (
                order by quantity > 0 desc, u('miscounted', product_id || location_id), product_id,
                    location_id
            ) <= fault_count(0.001, count(*) over ()) as is_miscounted,
        from opening;

    create table version_opening_stock as
        with version as (
            -- Some are counted again during the first day: one unit had been overlooked.
            select *, 'I' as "Op", load_at() - interval 1 hour as committed_at,
                quantity - is_miscounted::int as counted, null::varchar as fault,
            from counted_opening
            union all
            select *, 'U',
                after_seconds(start_at(), 3600 * (8 + 8 * u('recounted at', product_id || location_id))),
                quantity, 'recounted',
            from counted_opening
            where is_miscounted
        )
        select product_id, location_id, counted as quantity, load_at() as counted_at, "Op",
            committed_at as _commit_ts, 1 as _step, fault as _fault,
        from version;

    create table version_inventory_movements as
        with chosen as (
            select *,
                row_number() over (order by u('booked late', movement_id), movement_id) as choice,
                fault_count(0.003, count(*) over ()) as quota,
                case
                    when choice <= quota and moved_at < end_at() - interval 3 day then 'late_movement'
                    when choice between quota + 1 and 2 * quota and moved_at < end_at() - interval 1 day
                        then 'corrected_movement'
                end as fault,
                -- All are booked before the end: none is missing from the sum.
                least(end_at() - interval 1 second, after_seconds(moved_at, case
                    when fault = 'late_movement' then 86400 * (1 + 1.9 * u('booked at', movement_id))
                    else 120 * u('booked at', movement_id)
                end)) as booked_at,
            from stock_flow
        ),
        version as (
            -- Wrong by one unit at first.
            select * replace (
                    (case when fault = 'corrected_movement' then quantity + sign(quantity) else quantity end)
                        as quantity,
                    (case when fault = 'late_movement' then fault end) as fault
                ),
                'I' as "Op",
            from chosen
            union all
            select * replace (after_seconds(booked_at, 600 + 70000 * u('corrected', movement_id))
                    as booked_at),
                'U',
            from chosen
            where fault = 'corrected_movement'
        )
        select movement_id, product_id, location_id, movement_type, quantity, moved_at, reference_type,
            reference_id, "Op", booked_at as _commit_ts, (case "Op" when 'I' then 1 else 2 end) as _step,
            fault as _fault,
        from version;
"""

_WAREHOUSE_DEMAND = """
    select product_number, location_id, quantity, moved_at, flow_name from stock_demand
    where location_id like 'W-%'
    union all
    select product_number, from_location_id, -quantity, begins_at - interval 1 day, transfer_id from transfer
"""


def model(run: Run) -> None:
    """Create stock and its movements; reads the shipments and what the tills sold."""
    run.sql(_DEMAND)
    run.sql(_cycles("store_cycle", "from stock_demand where location_id like 'L-%'", 28))
    run.sql(_TRANSFERS)
    run.sql(_cycles("warehouse_cycle", _WAREHOUSE_DEMAND, 7))
    run.sql(_MOVEMENTS)
    run.sql(_VERSIONS)
