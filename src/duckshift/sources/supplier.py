"""What suppliers charge: the whole price list about once a fortnight, as CSV."""

from duckshift.landing import write_text_files
from duckshift.sources._engine import Run

_OFFERS = """
    create table offer as
        select product_number, product_id, created_at, supplier_id, currency_code,
            first_price * cost_share * per_euro as first_cost,
            supplier_id || ' ' || product_id as offer_name,
            (case when u('smallest', product_number) < 0.2 then null
                else pick([1, 5, 10, 12, 24], u('smallest order', product_number))
            end) as minimum_order_quantity,
        from product
        inner join supplier using (supplier_id)
        union all
        -- A seventh of the products have a second supplier.
        select product_number, product_id, created_at, second.supplier_id, second.currency_code,
            first_price * cost_share * second.per_euro * 1.04, second.supplier_id || ' ' || product_id, 10,
        from product
        inner join supplier using (supplier_id)
        inner join supplier as second
            on second.supplier_number = 1 + supplier.supplier_number % (select count(*) from supplier)
        where u('second supplier', product_number) < 0.15;

    create table price_list_delivery as
        with dump as (
            select n as dump_number, start_at() - interval 3 day + to_days((14 * n)::int) + interval 6 hour
                as produced_at
            from range(0, 1 + (period_seconds() // 86400 + 2) // 14) as r (n)
        ),
        listed as (
            select offer.*, dump_number, produced_at,
                -- A new price about every third dump.
                (first_cost * (0.92 + 0.16 * u(
                    'cost ' || floor(0.35 * dump_number + u('cost phase', offer_name)), offer_name
                )))::decimal(18, 4)::decimal(18, 6) as unit_cost,
                -- Out of the list for one dump, or two in a row by chance; then back.
                not (faults() and u('withdrawn ' || dump_number, offer_name) < 0.02) as is_listed,
            from offer, dump
            where created_at < produced_at
        ),
        compared as (
            select *, lag(is_listed) over (partition by offer_name order by dump_number) as was_listed
                from listed
        ),
        delivered as (
            select *, (case when was_listed = false then 'offer_returned' end) as _fault,
                'loaded' as _disposition,
            from compared
            where is_listed
            union all
            select *, 'repeated', 'duplicate'
            from compared
            where is_listed and faults()
            qualify row_number() over (order by u('repeated ' || dump_number, offer_name), offer_name)
                <= fault_count(0.0005, count(*) over ()) + 1
        )
        select *,
            format('supplier/price_list/dt={}/price_list.{}.csv', strftime(produced_at, '%Y-%m-%d'),
                strftime(produced_at, '%Y%m%dT%H%M%SZ')) as _path,
            1 + row_number() over (
                partition by dump_number order by supplier_id, product_id, _disposition desc
            ) as _position,
            concat_ws(',', supplier_id, product_id, unit_cost, currency_code,
                coalesce(minimum_order_quantity::varchar, ''))
                as line,
        from delivered;

    insert into truth_fault
        select 'supplier', 'price_list', _fault, _path, _position, concat_ws('|', supplier_id, product_id),
            _disposition
        from price_list_delivery
        where _fault is not null
        union all
        -- The last file that still had the offer.
        select 'supplier', 'price_list', 'offer_vanished', _path, _position,
            concat_ws('|', supplier_id, product_id), 'loaded'
        from (
            select *, lead(dump_number) over (partition by offer_name order by dump_number)
                as next_dump_number,
                max(dump_number) over () as last_dump_number,
            from price_list_delivery
            where _disposition = 'loaded'
        )
        where dump_number < last_dump_number and next_dump_number is distinct from dump_number + 1;
    insert into truth_accounting
        select 'supplier', 'price_list', count(distinct _path), 0, 0, count(*),
            count(*) filter (_disposition = 'loaded'), 0, count(*) filter (_disposition = 'duplicate'), 0,
        from price_list_delivery;
"""

_LINES = """
    select distinct _path, 1 as _position,
        'supplier_id,product_id,unit_cost,currency_code,minimum_order_quantity' as line,
    from price_list_delivery
    union all
    select _path, _position, line from price_list_delivery
"""


def land(run: Run) -> None:
    """Write the files below `supplier/price_list/`."""
    run.progress("supplier/price_list")
    run.sql(_OFFERS)
    write_text_files(run.connection, _LINES, run.root)
