-- Guards mart_order_events against fan-out and loss: parcels, payouts and promotions with an order sum to
-- their facts, every reported order has one session, and mart_order_summary has the same for each order it
-- knows.

with

mart_order_events as (
    select * from {{ ref('mart_order_events') }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
),

expected as (
    select
        (
            select count(*) from {{ ref('fct_shipments') }}
            where order_id is not null
        ) as shipment_line_count,
        (
            select coalesce(sum(quantity), 0) from {{ ref('fct_shipments') }}
            where order_id is not null
        ) as shipped_quantity,
        (
            select count(*) from {{ ref('fct_settlements') }}
            where order_id is not null
        ) as settlement_count,
        (
            select coalesce(sum(gross_amount), 0) from {{ ref('fct_settlements') }}
            where order_id is not null
        ) as settled_amount,
        (
            select coalesce(sum(discount_amount), 0) from {{ ref('bridge_order_item_promotions') }}
        ) as promotion_discount_amount,
        (
            select count(distinct order_id) from {{ ref('fct_page_events') }}
            where event_name = 'purchase'
        ) as reported_order_count
),

found as (
    select
        coalesce(sum(shipment_line_count), 0) as shipment_line_count,
        coalesce(sum(shipped_quantity), 0) as shipped_quantity,
        coalesce(sum(settlement_count), 0) as settlement_count,
        coalesce(sum(settled_amount), 0) as settled_amount,
        coalesce(sum(promotion_discount_amount), 0) as promotion_discount_amount,
        count(session_key) as reported_order_count
    from mart_order_events
),

carried as (
    select count(*) as wrong_order_count
    from mart_order_summary as orders
    left join mart_order_events as events
        on orders.order_id = events.order_id
    where
        orders.shipment_line_count != coalesce(events.shipment_line_count, 0)
        or orders.settled_amount != coalesce(events.settled_amount, 0)
        or orders.promotion_discount_amount != coalesce(events.promotion_discount_amount, 0)
        or coalesce(orders.session_key, -1) != coalesce(events.session_key, -1)
),

assert_order_events_sum_to_the_facts as (
    select
        found.*,
        carried.wrong_order_count
    from found
    cross join expected
    cross join carried
    where
        found.shipment_line_count != expected.shipment_line_count
        or found.shipped_quantity != expected.shipped_quantity
        or found.settlement_count != expected.settlement_count
        or found.settled_amount != expected.settled_amount
        or found.promotion_discount_amount != expected.promotion_discount_amount
        or found.reported_order_count != expected.reported_order_count
        or carried.wrong_order_count > 0
)

select * from assert_order_events_sum_to_the_facts
