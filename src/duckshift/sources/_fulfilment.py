"""Where goods lie and how orders leave: `warehouse` and `shipment_line`, for stock and carriers."""

from duckshift.sources._engine import Run

_LOCATIONS = """
    create table warehouse as
        select location_id, location_name, area, city.*
        from (values
            ('W-01', 'Central Warehouse', 'DE', 3, 24000),
            ('W-02', 'Warehouse East', 'PL', 1, 15000),
            ('W-03', 'Warehouse America', 'US', 2, 12000),
            ('W-04', 'Warehouse Pacific', 'AU', 0, 6000)
        ) as v (location_id, location_name, country_code, city_index, area)
        inner join city using (country_code, city_index);

    create table version_locations as
        with location as (
            select location_id, location_name, 'warehouse' as location_type, null as store_id, city, region,
                country_code, time_zone, area as storage_area_m2, load_at() - interval 2000 day as since,
            from warehouse
            union all
            select 'L-' || store_id, store_name, 'store', store_id, city, region, country_code, time_zone,
                floor_area_m2 // 5, opened_date::timestamp,
            from store
        ),
        version as (
            select *, 'I' as "Op", since as committed_at from location
            union all
            select * replace (storage_area_m2 + 3000 as storage_area_m2), 'U',
                after_seconds(start_at(), 0.4 * period_seconds()),
            from location
            where location_id = 'W-02'
        )
        select location_id, location_name, location_type, store_id, city, region, country_code, time_zone,
            storage_area_m2, true as is_active, "Op", committed_at as _commit_ts, 1 as _step,
            null::varchar as _fault,
        from version;
"""

# America and the Pacific have a warehouse of their own; elsewhere an eighth of the products lie in the
# second one, so that an order can leave in two parcels. Large lines of companies at times leave in halves.
_SHIPMENTS = """
    create table shipment_line as
        with line as (
            select order_line.order_number, line_number, order_line.order_id, order_item_id, product_id,
                order_line.quantity, order_line.country_code, order_line.channel_code,
                shipped_at as order_shipped_at, delivered_at as order_delivered_at,
                substr(product_id, 3)::bigint as product_number,
                case
                    when order_line.country_code in ('US', 'CA') then 'W-03'
                    when order_line.country_code in ('JP', 'AU') then 'W-04'
                    when product_number % 8 = 3 then 'W-02'
                    else 'W-01'
                end as location_id,
                epoch(order_delivered_at - order_shipped_at) as seconds_on_the_way,
            from order_line
            inner join order_milestone using (order_number)
            where product_id is not null and order_milestone.shipped_at is not null
        ),
        parcelled as (
            select *, unnest(case
                    when channel_code = 'wholesale' and quantity >= 20 and u('halves', order_item_id) < 0.3
                        then [
                            {'part': 1, 'units': quantity - quantity // 2},
                            {'part': 2, 'units': quantity // 2}
                        ]
                    else [{'part': 1, 'units': quantity}]
                end) as parcel,
            from line
        ),
        numbered as (
            select *, dense_rank() over (partition by order_number order by parcel.part, location_id)
                as parcel_number,
                max(parcel.part * 10 + location_id[4:]::int) over (partition by order_number)
                    = parcel.part * 10 + location_id[4:]::int as is_last_parcel,
            from parcelled
        )
        select order_number, line_number, order_id, order_item_id, product_number, product_id, location_id,
            country_code, parcel_number, is_last_parcel,
            order_id || '-S' || parcel_number as shipment_id,
            shipment_id || '-' || line_number as shipment_line_id,
            parcel.units as quantity,
            -- The shop calls an order shipped with its first parcel and delivered with its last.
            (case when parcel_number = 1 then order_shipped_at
                else after_seconds(order_shipped_at, seconds_on_the_way
                    * (0.15 * (parcel_number - 1) + 0.15 * u('second parcel', order_number)))
            end) as shipped_at,
            (case when is_last_parcel then order_delivered_at
                else after_seconds(order_shipped_at, seconds_on_the_way
                    * (0.65 + 0.3 * u('parcel arrives', shipment_id)))
            end) as delivered_at,
        from numbered;
"""


def model(run: Run) -> None:
    """Create the tables of locations and shipments."""
    run.sql(_LOCATIONS)
    run.sql(_SHIPMENTS)
