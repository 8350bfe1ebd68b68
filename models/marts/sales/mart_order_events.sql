-- One row is one order of which parcels, payouts, promotions or a web session are known, each summed to the
-- order before they meet, so that none multiplies another. Contains orders that have not arrived. Leaves out
-- payouts of payments that are not known. Read by mart_order_summary, which has it for every order.
{{ config(
    unique_key='order_id',
    dist='order_id',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'fct_shipments': 'order_id',
                'fct_settlements': 'order_id',
                'bridge_order_item_promotions': 'order_id',
                'fct_page_events': 'order_id',
            },
        },
        'physical_reason': {
            'dist': 'Like the facts that it sums, so that no row moves.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

fct_shipments as (
    select * from {{ ref('fct_shipments') }}
    where {{ is_affected('order_id', of='fct_shipments') }}
),

fct_settlements as (
    select * from {{ ref('fct_settlements') }}
    where {{ is_affected('order_id', of='fct_settlements') }}
),

bridge_order_item_promotions as (
    select * from {{ ref('bridge_order_item_promotions') }}
    where {{ is_affected('order_id', of='bridge_order_item_promotions') }}
),

fct_page_events as (
    select * from {{ ref('fct_page_events') }}
    where
        event_name = 'purchase'
        and {{ is_affected('order_id', of='fct_page_events') }}
),

shipments as (
    select
        order_id,
        count(*) as shipment_line_count,
        sum(quantity) as shipped_quantity,
        sum(case when is_delivered then quantity else 0 end) as delivered_quantity
    from fct_shipments
    where order_id is not null
    group by order_id
),

settlements as (
    select
        order_id,
        count(*) as settlement_count,
        sum(gross_amount) as settled_amount,
        sum(fee_amount) as settlement_fee_amount
    from fct_settlements
    where order_id is not null
    group by order_id
),

promotions as (
    select
        order_id,
        count(*) as granted_promotion_count,
        sum(discount_amount) as promotion_discount_amount
    from bridge_order_item_promotions
    group by order_id
),

-- Who reloads the page that thanks for an order reports it again; the first report is that of the session.
reports as (
    select
        order_id,
        session_key,
        row_number() over (
            partition by order_id order by event_at asc nulls last, event_id asc nulls last
        ) as report_number
    from fct_page_events
    where order_id is not null
),

sessions as (
    select
        order_id,
        session_key
    from reports
    where report_number = 1
),

orders as (
    select order_id from shipments

    union

    select order_id from settlements

    union

    select order_id from promotions

    union

    select order_id from sessions
),

mart_order_events as (
    select
        ---------- keys
        cast(orders.order_id as varchar(160)) as order_id,

        ---------- foreign keys
        sessions.session_key,

        ---------- measures of shipments
        cast(coalesce(shipments.shipment_line_count, 0) as bigint) as shipment_line_count,
        cast(coalesce(shipments.shipped_quantity, 0) as bigint) as shipped_quantity,
        cast(coalesce(shipments.delivered_quantity, 0) as bigint) as delivered_quantity,

        ---------- measures of settlements
        cast(coalesce(settlements.settlement_count, 0) as bigint) as settlement_count,
        cast(coalesce(settlements.settled_amount, 0) as decimal(18, 2)) as settled_amount,
        cast(coalesce(settlements.settlement_fee_amount, 0) as decimal(18, 2)) as settlement_fee_amount,

        ---------- measures of promotions
        cast(coalesce(promotions.granted_promotion_count, 0) as bigint) as granted_promotion_count,
        cast(coalesce(promotions.promotion_discount_amount, 0) as decimal(18, 2))
            as promotion_discount_amount
    from orders
    left join shipments
        on orders.order_id = shipments.order_id
    left join settlements
        on orders.order_id = settlements.order_id
    left join promotions
        on orders.order_id = promotions.order_id
    left join sessions
        on orders.order_id = sessions.order_id
)

select * from mart_order_events
