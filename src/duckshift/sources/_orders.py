"""Orders of the web shop with lines, statuses and returns: `version_orders` and so on, as in `_catalogue`."""

from duckshift.sources._engine import Run

# Who ordered what kind of order when. Orders are numbered by time.
_HEADS = """
    create table order_head as
        with numbered as (
            select n as order_number,
                (n - 1 + u('order time', n)) / order_count * (select any_value(weight_total) from shop_slot)
                    as at_weight,
            from (
                select greatest(20, round(70000 * scale() * period_seconds() / 86400 / 90))::bigint
                    as order_count
            ) as size, range(1, order_count + 1) as r (n)
        ),
        dated as (
            select order_number,
                after_seconds(slot_at, (at_weight - weight_from) / weight * 3600) as ordered_at,
            from numbered
            asof join shop_slot on at_weight >= weight_from
        ),
        -- Three quarters come from all customers, the long-standing most; a quarter from the latest.
        chosen as (
            select dated.*, channel_code,
                case
                    when channel_code = 'web' and u('guest', order_number) < 0.125 then null
                    when u('new customer', order_number) < 0.25
                        then newest - floor(pow(u('customer', order_number), 2) * 0.05 * newest)::bigint
                    else 1 + floor(pow(u('customer', order_number), 1.7) * newest)::bigint
                end as customer_number,
                u('guest country', order_number) as at_country,
            from (
                select dated.*, customer_number as newest,
                    case
                        when u('channel', order_number) < 0.8 then 'web'
                        when u('channel', order_number) < 0.95 then 'marketplace'
                        else 'wholesale'
                    end as channel_code,
                from dated
                asof join customer on ordered_at >= registered_at
            ) as dated
        ),
        -- The account as it was when the order was placed; an account that is gone orders as a guest.
        located as (
            select chosen.* exclude (customer_number, at_country, city_pick),
                coalesce(customer_state.country_code, country.country_code) as country_code,
                coalesce(city_pick, floor(pow(u('guest city', order_number), 1.5) * 4)::bigint) as city_pick,
            from (
                select chosen.* exclude (customer_number),
                    (case when left_at is null or left_at > ordered_at then chosen.customer_number end)
                        as customer_number,
                    (case when left_at is null or left_at > ordered_at then city_pick end) as city_pick,
                    (case when left_at is null or left_at > ordered_at then customer_id end) as customer_id,
                from chosen
                left join customer on customer.customer_number = chosen.customer_number
            ) as chosen
            asof left join customer_state
                on customer_state.customer_number = chosen.customer_number and chosen.ordered_at >= event_at
            asof left join country on at_country >= country.share_from
        )
        select
            order_number, format('O-{:08d}', order_number) as order_id, customer_id, ordered_at, channel_code,
            located.country_code, city.city as ship_to_city, city.region as ship_to_region,
            currency_code, per_euro, digits, tax_rate,
            -- Prices for other companies are without tax everywhere.
            tax_included and channel_code != 'wholesale' as is_tax_included,
            case
                when channel_code = 'wholesale' then 'bank_transfer'
                when u('method', order_number) < 0.52 then 'card'
                when u('method', order_number) < 0.78 then 'paypal'
                when u('method', order_number) < 0.9 then 'klarna'
                when u('method', order_number) < 0.96 then 'bank_transfer'
                else 'voucher'
            end as payment_method,
            1 + len(list_filter(
                [0.38, 0.62, 0.80, 0.92, 0.97], lambda limit_: u('lines', order_number) >= limit_
            )) as line_count,
        from located
        inner join country using (country_code)
        inner join city
            on city.country_code = located.country_code
                and city.city_index = located.city_pick % city.city_count;
"""

# Half of the lines go to the best sellers (Zipf), half are spread over all products that exist.
_LINES = """
    create table order_line as
        with numbered as (
            select order_head.*, line_number, order_number || '-' || line_number as line_name,
            from order_head, range(1, line_count + 1) as r (line_number)
        ),
        chosen as (
            select numbered.*,
                case
                    when u('popular', line_name) < 0.5
                        then floor(pow(product.product_number + 1, u('product', line_name)))::bigint
                    else 1 + floor(pow(u('product', line_name), 1.4) * product.product_number)::bigint
                end as wanted_number,
                case
                    when line_number >= 3 and line_number = line_count
                        and u('kind', line_name) < 0.08 then 'free'
                    when line_number >= 2 and line_number = line_count
                        and u('kind', line_name) > 0.96 then 'fee'
                    else 'sale'
                end as line_type,
            from numbered
            asof join (select product_number, created_at from product order by created_at) as product
                on numbered.ordered_at >= product.created_at
        ),
        -- A product that is gone is replaced by its neighbour.
        existing as (
            select chosen.*, wanted_number
                - (case when ordered_at >= gap_from and ordered_at < coalesce(gap_to, end_at()) then 1
                    else 0 end)
                as product_number,
            from chosen
            left join product_gap on product_gap.product_number = chosen.wanted_number
        ),
        priced as (
            select existing.*, product_id, supplier_id,
                money(price * per_euro, digits) as list_price,
                (price * cost_share * per_euro)::decimal(18, 6) as cost,
                case
                    when channel_code = 'wholesale' then 5 + floor(60 * pow(u('quantity', line_name), 2))
                    else 1 + len(list_filter([0.76, 0.92, 0.97],
                        lambda limit_: u('quantity', line_name) >= limit_))
                end::bigint as quantity,
            from existing
            asof join product_price
                on product_price.product_number = existing.product_number
                    and existing.ordered_at >= price_from
            inner join product on product.product_number = existing.product_number
        ),
        charged as (
            select *,
                case line_type
                    when 'free' then 0
                    when 'fee' then money(3.5 * per_euro, digits)
                    else money(
                        list_price * (case
                            when channel_code = 'wholesale' then 0.7
                            when u('campaign', line_name) < 0.1 then 0.9
                            else 1
                        end),
                        digits
                    )
                end as unit_price,
                (case when line_type = 'sale' then quantity else 1 end) as units,
            from priced
        )
        select
            order_number, line_number, order_id,
                format('OI-{:08d}-{:02d}', order_number, line_number) as order_item_id,
            line_type, customer_id, channel_code, country_code, ordered_at, currency_code, digits,
            (case when line_type != 'fee' then product_id end) as product_id,
            case line_type when 'free' then 'Gift with your order'
                when 'fee' then 'Gift wrapping' end as line_description,
            units as quantity,
            (case when line_type != 'fee' then list_price end) as list_price,
            unit_price,
            (case when line_type = 'sale' and u('discounted', line_name) < 0.15
                then money(units * unit_price * pick([0.05, 0.1, 0.15, 0.2], u('discount', line_name)),
                    digits)
            end) as discount_amount,
            tax_rate,
            (case when line_type != 'fee' and u('cost known', line_name) >= 0.02 then cost end) as unit_cost,
            (case when line_type != 'fee' then supplier_id end) as supplier_id,
            (units * unit_price)::decimal(18, 2) as gross_amount,
            gross_amount - coalesce(discount_amount, 0) as goods_amount,
        from charged;

    create table order_total as
        with goods as (
            select order_number, sum(goods_amount)::decimal(18, 2) as goods_amount,
            from order_line
            group by order_number
        ),
        charged as (
            select order_head.*, goods_amount,
                (case when u('order discount', order_number) < 0.08
                    then money(goods_amount * pick([0.05, 0.1], u('order discount rate', order_number)),
                        digits)
                end) as order_discount,
                case
                    when channel_code = 'wholesale' then null
                    when goods_amount >= 60 * per_euro then 0
                    else money(4.9 * per_euro, digits)
                end as order_shipping,
            from order_head
            inner join goods using (order_number)
        )
        select *,
            (goods_amount - coalesce(order_discount, 0) + coalesce(order_shipping, 0))::decimal(18, 2)
                + (case when is_tax_included then 0
                    else money((goods_amount - coalesce(order_discount, 0)) * tax_rate, digits) end)
                as amount_due,
        from charged;
"""

# Milestones of an order; null is a milestone that it never reaches. What lies behind the period's end is
# not landed,
# so the last orders stay open.
_STATUSES = """
    create table order_milestone as
        with paid as (
            select *,
                after_seconds(ordered_at, case
                    when payment_method = 'bank_transfer' then 3600 * (4 + 60 * u('paid', order_number))
                    when u('at once', order_number) < 0.04 then 0
                    else 1 + 90 * u('paid', order_number)
                end) as paid_at,
                u('cancelled', order_number) < 0.045 as is_cancelled,
                u('cancelled', order_number) < 0.015 as is_cancelled_unpaid,
            from order_total
        ),
        shipped as (
            select *,
                case
                    when is_cancelled_unpaid then after_seconds(ordered_at,
                        60 + 7200 * u('cancelled at', order_number))
                    when is_cancelled then after_seconds(paid_at,
                        600 + 14000 * u('cancelled at', order_number))
                end as cancelled_at,
                (case when not is_cancelled
                    then after_seconds(paid_at, 3600 * (4 + 64 * u('shipped', order_number)))
                end) as shipped_at,
            from paid
        )
        select * replace ((case when is_cancelled_unpaid then null else paid_at end) as paid_at),
            after_seconds(shipped_at, 3600 * (18 + 100 * pow(u('delivered', order_number), 1.5)))
                as delivered_at,
            -- Booked in the wrong order: shipped before paid.
            not is_cancelled and paid_at > ordered_at and shipped_at < end_at() and faults()
                and row_number() over (
                    order by is_cancelled or paid_at = ordered_at or shipped_at >= end_at(),
                        u('swapped', order_number), order_number
                ) <= fault_count(0.003, count(*) over ()) as is_swapped,
        from shipped;

    create table version_orders as
        with step as (
            select *, unnest([
                {'status': 'placed', 'event_at': ordered_at, 'step': 1},
                {'status': 'paid', 'event_at': (case when is_swapped then shipped_at else paid_at end),
                    'step': 2},
                {'status': 'shipped', 'event_at': (case when is_swapped then paid_at else shipped_at end),
                    'step': 3},
                {'status': 'delivered', 'event_at': delivered_at, 'step': 4},
                {'status': 'cancelled', 'event_at': cancelled_at, 'step': 5}
            ]) as change,
            from order_milestone
        )
        select
            order_id, customer_id, channel_code, change.status as order_status,
            -- The shop writes a change down up to two minutes after it took place.
            change.event_at as status_at,
            ordered_at, currency_code, country_code, ship_to_region, ship_to_city,
            order_discount as discount_amount, order_shipping as shipping_amount, is_tax_included,
            ordered_at::date + (3 + (4 * u('promised', order_number))::int) as promised_date,
            (case when change.status = 'placed' then 'I' else 'U' end) as "Op",
            (case when change.status = 'delivered'
                then after_seconds(change.event_at, 120 * u('booked', order_number))
                else change.event_at
            end) as _commit_ts,
            change.step as _step,
            case
                when not faults() then null
                when is_swapped and change.status in ('paid', 'shipped') then 'status_order'
                when change.status = 'paid' and change.event_at = ordered_at then 'same_second'
            end as _fault,
        from step
        where change.event_at is not null;

    create table version_order_items as
        with version as (
            select *, 'I' as "Op", ordered_at as _commit_ts from order_line
            union all
            -- Another supplier delivers after all.
            select * replace ('SUP-0001' as supplier_id), 'U',
                after_seconds(ordered_at, 600 + 90000 * u('supplier changes at', order_item_id)),
            from order_line
            where line_type = 'sale' and u('supplier changes', order_item_id) < 0.02
        )
        select order_item_id, order_id, line_number, line_type, product_id, line_description, quantity,
            list_price,
            unit_price, discount_amount, null::decimal(18, 2) as shipping_amount, tax_rate, unit_cost,
                supplier_id,
            "Op", _commit_ts, 1 as _step, null::varchar as _fault,
        from version;
"""

_RETURNS = """
    create table return_line as
        with returned as (
            select *,
                after_seconds(delivered_at, 86400 * (1 + 13 * u('returned at', order_number))) as returned_at,
            from order_milestone
            where u('returned', order_number) < 0.1
        )
        select
            order_line.*, returned_at, payment_method, is_tax_included,
            'R-' || order_number as return_id,
            format('RI-{:08d}-{:02d}', order_number, line_number) as return_item_id,
            row_number() over (partition by order_number order by line_number) as return_line_number,
            -- Of several units at times only a part.
            (case when u('part', order_item_id) < 0.3 then greatest(1, order_line.quantity // 2)
                else order_line.quantity end)
                as returned_quantity,
            -- What was paid for these units, after the discounts on the line and on the order.
            money(
                order_line.goods_amount::double * returned_quantity / order_line.quantity
                * (1 - coalesce(order_discount / nullif(returned.goods_amount, 0), 0)),
                order_line.digits
            ) as refund_amount,
        from returned
        inner join order_line using (order_number)
        where line_type = 'sale' and returned_at < end_at()
            and u('line returned', order_item_id) < (case when line_count = 1 then 0.7 else 0.6 end);

    create table version_returns as
        select distinct return_id, order_id, customer_id, channel_code, returned_at, currency_code,
            country_code,
            'I' as "Op", returned_at as _commit_ts, 1 as _step, null::varchar as _fault,
        from return_line;

    create table version_return_items as
        select
            return_item_id, return_id, return_line_number as line_number, 'return' as line_type,
                order_item_id,
            product_id, line_description, returned_quantity as quantity, unit_price, refund_amount,
            pick(
                ['changed_mind', 'damaged', 'wrong_size', 'not_as_described', 'late_delivery'],
                    u('reason', order_item_id)
            ) as reason_code,
            'I' as "Op", returned_at as _commit_ts, 1 as _step, null::varchar as _fault,
        from return_line;
"""


def model(run: Run) -> None:
    """Create the tables of orders, lines and returns and their versions."""
    for statements in (_HEADS, _LINES, _STATUSES, _RETURNS):
        run.sql(statements)
