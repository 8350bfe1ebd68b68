-- One row is one order, web or store: the one place where lines, returns, payments, parcels, payouts,
-- promotions and sessions are drilled across, each summed to the order first, so that none multiplies
-- another. Contains orders without lines. Payments are compared with the total of the lines where all are in
-- the order's currency. Leaves out lines, returns and payments of orders that are not known.
{{ config(
    unique_key='order_id',
    dist='order_id',
    sort='order_date',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'int_orders__unite_orders': 'order_id',
                'fct_order_items': 'order_id',
                'fct_returns': 'order_id',
                'fct_payments': 'order_id',
                'mart_order_events': 'order_id',
            },
            'log': ['buyer_key'],
        },
        'physical_reason': {
            'dist': 'Like the facts that it sums, so that no row moves.',
            'sort': 'Most queries bound the date.',
            'encode': 'Columns of a few hundred values at most: a dictionary of one byte each.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
    where {{ is_affected('order_id', of='int_orders__unite_orders') }}
),

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
    where {{ is_affected('order_id', of='fct_order_items') }}
),

fct_returns as (
    select * from {{ ref('fct_returns') }}
    where {{ is_affected('order_id', of='fct_returns') }}
),

fct_payments as (
    select * from {{ ref('fct_payments') }}
    where {{ is_affected('order_id', of='fct_payments') }}
),

mart_order_events as (
    select * from {{ ref('mart_order_events') }}
    where {{ is_affected('order_id') }}
),

quality_thresholds as (
    select * from {{ ref('quality_thresholds') }}
    where threshold_name = 'payment_difference_amount'
),

order_statuses as (
    select * from {{ ref('order_statuses') }}
),

lines as (
    select
        order_id,
        count(*) as line_count,
        sum(quantity) as quantity,
        sum(gross_amount) as gross_amount,
        sum(line_discount_amount + order_discount_amount) as discount_amount,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(shipping_amount) as shipping_amount,
        sum(total_amount) as total_amount,
        sum(net_amount_reporting) as net_amount_reporting,
        sum(net_excluding_tax_amount_reporting) as net_sales_amount,
        sum(net_excluding_tax_amount_reporting + tax_amount_reporting + shipping_amount_reporting)
            as total_reporting
    from fct_order_items
    group by order_id
),

returns as (
    select
        order_id,
        count(*) as return_line_count,
        sum(refund_amount) as refund_amount,
        sum(refund_amount_reporting) as refund_reporting,
        sum(refund_total_amount) as refund_total_amount,
        sum(refund_excluding_tax_amount_reporting + refund_tax_amount_reporting) as refund_total_reporting,
        min(return_date) as first_return_date
    from fct_returns
    group by order_id
),

payments as (
    select
        order_id,
        count(*) as payment_count,
        sum(case when transaction_type = 'authorisation' then amount else 0 end) as authorised_amount,
        sum(case when transaction_type = 'capture' then amount else 0 end) as captured_amount,
        sum(case when transaction_type = 'capture' then 1 else 0 end) as capture_count,
        sum(case when transaction_type = 'refund' then amount else 0 end) as refunded_amount,
        sum(case when transaction_type = 'chargeback' then amount else 0 end) as charged_back_amount,
        min(currency_code) as first_currency_code,
        max(currency_code) as last_currency_code
    from fct_payments
    where transaction_status = 'approved'
    group by order_id
),

drilled_across as (
    select
        orders.*,
        coalesce(lines.line_count, 0) as line_count,
        coalesce(lines.quantity, 0) as quantity,
        coalesce(lines.gross_amount, 0) as gross_amount,
        coalesce(lines.discount_amount, 0) as all_discount_amount,
        coalesce(lines.net_amount, 0) as net_amount,
        coalesce(lines.tax_amount, 0) as tax_amount,
        coalesce(lines.shipping_amount, 0) as all_shipping_amount,
        coalesce(lines.total_amount, 0) as total_amount,
        case when lines.order_id is null then 0 else lines.net_amount_reporting end as net_amount_reporting,
        case when lines.order_id is null then 0 else lines.net_sales_amount end as net_sales_amount,
        case when lines.order_id is null then 0 else lines.total_reporting end as total_amount_reporting,
        coalesce(returns.return_line_count, 0) as return_line_count,
        coalesce(returns.refund_amount, 0) as refund_amount,
        case when returns.order_id is null then 0 else returns.refund_reporting end as refund_amount_reporting,
        coalesce(returns.refund_total_amount, 0) as refund_total_amount,
        case when returns.order_id is null then 0 else returns.refund_total_reporting end
            as refund_total_amount_reporting,
        returns.first_return_date,
        coalesce(order_statuses.is_cancelled, false) as is_cancelled,
        coalesce(payments.payment_count, 0) as payment_count,
        coalesce(payments.authorised_amount, 0) as authorised_amount,
        coalesce(payments.captured_amount, 0) as captured_amount,
        coalesce(payments.refunded_amount, 0) as refunded_amount,
        coalesce(payments.charged_back_amount, 0) as charged_back_amount,
        events.session_key,
        coalesce(events.shipment_line_count, 0) as shipment_line_count,
        coalesce(events.shipped_quantity, 0) as shipped_quantity,
        coalesce(events.delivered_quantity, 0) as delivered_quantity,
        coalesce(events.settlement_count, 0) as settlement_count,
        coalesce(events.settled_amount, 0) as settled_amount,
        coalesce(events.settlement_fee_amount, 0) as settlement_fee_amount,
        coalesce(events.granted_promotion_count, 0) as granted_promotion_count,
        coalesce(events.promotion_discount_amount, 0) as promotion_discount_amount,
        case
            when orders.source_system = 'pos' then 'paid_at_till'
            when coalesce(payments.capture_count, 0) = 0 then 'not_captured'
            when payments.first_currency_code != orders.currency_code then 'other_currency'
            when payments.last_currency_code != orders.currency_code then 'other_currency'
            when lines.order_id is null then 'without_lines'
            when abs(payments.captured_amount - lines.total_amount) > quality_thresholds.threshold_value
                then 'differs'
            else 'agrees'
        end as payment_state
    from int_orders__unite_orders as orders
    cross join quality_thresholds
    left join order_statuses
        on orders.order_status = order_statuses.order_status
    left join lines
        on orders.order_id = lines.order_id
    left join returns
        on orders.order_id = returns.order_id
    left join payments
        on orders.order_id = payments.order_id
    left join mart_order_events as events
        on orders.order_id = events.order_id
),

mart_order_summary as (
    select
        ---------- keys
        order_id,
        source_system,

        ---------- foreign keys
        {{ member_key('order_date', calendar_key('order_date')) }} as order_date_key,
        {{ member_key('customer_id', hash_key(['customer_id'])) }} as customer_durable_key,
        case
            when customer_id is not null then {{ hash_key(['customer_id']) }}
            else {{ hash_key(["'order'", 'order_id']) }}
        end as buyer_key,
        {{ member_key('store_id', hash_key(['store_id']), missing=-2) }} as store_key,
        {{ member_key('channel_code', hash_key(['channel_code'])) }} as channel_key,
        {{ geography_key('country_code', 'region', 'city') }} as geography_key,
        session_key,

        ---------- attributes
        channel_code,
        order_status,
        currency_code,
        payment_state,
        is_cancelled,

        ---------- measures of the lines
        line_count,
        cast(quantity as bigint) as quantity,
        cast(gross_amount as decimal(18, 2)) as gross_amount,
        cast(all_discount_amount as decimal(18, 2)) as discount_amount,
        cast(net_amount as decimal(18, 2)) as net_amount,
        cast(tax_amount as decimal(18, 2)) as tax_amount,
        cast(all_shipping_amount as decimal(18, 2)) as shipping_amount,
        cast(total_amount as decimal(18, 2)) as total_amount,
        cast(net_amount_reporting as decimal(18, 2)) as net_amount_reporting,
        cast(net_sales_amount as decimal(18, 2)) as net_sales_amount,
        cast(case when is_cancelled then 0 else net_sales_amount end as decimal(18, 2)) as revenue_amount,
        cast(total_amount_reporting as decimal(18, 2)) as total_amount_reporting,

        ---------- measures of returns
        return_line_count,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        cast(refund_amount_reporting as decimal(18, 2)) as refund_amount_reporting,
        cast(refund_total_amount as decimal(18, 2)) as refund_total_amount,
        cast(refund_total_amount_reporting as decimal(18, 2)) as refund_total_amount_reporting,

        ---------- measures of payments
        payment_count,
        cast(authorised_amount as decimal(18, 2)) as authorised_amount,
        cast(captured_amount as decimal(18, 2)) as captured_amount,
        cast(refunded_amount as decimal(18, 2)) as refunded_amount,
        cast(charged_back_amount as decimal(18, 2)) as charged_back_amount,
        case
            when payment_state in ('agrees', 'differs') then cast(captured_amount - total_amount as decimal(18, 2))
        end as payment_difference_amount,

        ---------- measures of parcels, payouts and promotions (mart_order_events)
        shipment_line_count,
        shipped_quantity,
        delivered_quantity,
        settlement_count,
        settled_amount,
        settlement_fee_amount,
        granted_promotion_count,
        promotion_discount_amount,

        ---------- dates and timestamps
        order_date,
        ordered_at,
        first_return_date
    from drilled_across
)

select * from mart_order_summary
