-- Guards mart_order_summary against fan-out and loss: per source system its sums are those of the facts over
-- the orders that are known, and it has a row for every order.

with

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
),

orders as (
    select
        order_id,
        source_system
    from {{ ref('int_orders__unite_orders') }}
),

counted_orders as (
    select
        source_system,
        count(*) as order_count
    from orders
    group by source_system
),

summed_lines as (
    select
        orders.source_system,
        count(*) as line_count,
        sum(items.quantity) as quantity,
        sum(items.gross_amount) as gross_amount,
        sum(items.line_discount_amount) + sum(items.order_discount_amount) as discount_amount,
        sum(items.net_amount) as net_amount,
        sum(items.tax_amount) as tax_amount,
        sum(items.shipping_amount) as shipping_amount,
        sum(items.total_amount) as total_amount,
        sum(items.net_amount_reporting) as net_amount_reporting,
        sum(items.net_excluding_tax_amount_reporting) as net_sales_amount,
        sum(items.tax_amount_reporting) + sum(items.shipping_amount_reporting) as tax_and_shipping_amount
    from {{ ref('fct_order_items') }} as items
    inner join orders
        on items.order_id = orders.order_id
    group by orders.source_system
),

summed_returns as (
    select
        orders.source_system,
        count(*) as return_line_count,
        sum(given_back.refund_amount) as refund_amount,
        sum(given_back.refund_amount_reporting) as refund_amount_reporting,
        sum(given_back.refund_excluding_tax_amount + given_back.refund_tax_amount) as refund_total_amount
    from {{ ref('fct_returns') }} as given_back
    inner join orders
        on given_back.order_id = orders.order_id
    group by orders.source_system
),

summed_payments as (
    select
        orders.source_system,
        count(*) as payment_count,
        sum(case when payments.transaction_type = 'authorisation' then payments.amount else 0 end)
            as authorisation_amount,
        sum(case when payments.transaction_type = 'capture' then payments.amount else 0 end)
            as capture_amount,
        sum(case when payments.transaction_type = 'refund' then payments.amount else 0 end)
            as refund_amount,
        sum(case when payments.transaction_type = 'chargeback' then payments.amount else 0 end)
            as chargeback_amount
    from {{ ref('fct_payments') }} as payments
    inner join orders
        on payments.order_id = orders.order_id
    where payments.transaction_status = 'approved'
    group by orders.source_system
),

found as (
    select
        source_system,
        count(*) as order_count,
        sum(line_count) as line_count,
        sum(quantity) as quantity,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(shipping_amount) as shipping_amount,
        sum(total_amount) as total_amount,
        coalesce(sum(net_amount_reporting), 0) as net_amount_reporting,
        coalesce(sum(net_sales_amount), 0) as net_sales_amount,
        coalesce(sum(total_amount_reporting), 0) as total_amount_reporting,
        sum(return_line_count) as return_line_count,
        sum(refund_amount) as refund_amount,
        coalesce(sum(refund_amount_reporting), 0) as refund_amount_reporting,
        sum(refund_total_amount) as refund_total_amount,
        sum(payment_count) as payment_count,
        sum(authorised_amount) as authorisation_amount,
        sum(captured_amount) as capture_amount,
        sum(refunded_amount) as paid_refund_amount,
        sum(charged_back_amount) as chargeback_amount
    from mart_order_summary
    group by source_system
),

assert_order_summary_sums_to_the_facts as (
    select
        counted_orders.source_system as expected_source_system,
        counted_orders.order_count as expected_order_count,
        found.*
    from counted_orders
    left join found
        on counted_orders.source_system = found.source_system
    left join summed_lines
        on counted_orders.source_system = summed_lines.source_system
    left join summed_returns
        on counted_orders.source_system = summed_returns.source_system
    left join summed_payments
        on counted_orders.source_system = summed_payments.source_system
    where
        found.source_system is null
        or found.order_count != counted_orders.order_count
        or found.line_count != coalesce(summed_lines.line_count, 0)
        or found.quantity != coalesce(summed_lines.quantity, 0)
        or found.gross_amount != coalesce(summed_lines.gross_amount, 0)
        or found.discount_amount != coalesce(summed_lines.discount_amount, 0)
        or found.net_amount != coalesce(summed_lines.net_amount, 0)
        or found.tax_amount != coalesce(summed_lines.tax_amount, 0)
        or found.shipping_amount != coalesce(summed_lines.shipping_amount, 0)
        or found.total_amount != coalesce(summed_lines.total_amount, 0)
        or found.net_amount_reporting != coalesce(summed_lines.net_amount_reporting, 0)
        or found.net_sales_amount != coalesce(summed_lines.net_sales_amount, 0)
        or found.total_amount_reporting
        != coalesce(summed_lines.net_sales_amount + summed_lines.tax_and_shipping_amount, 0)
        or found.return_line_count != coalesce(summed_returns.return_line_count, 0)
        or found.refund_amount != coalesce(summed_returns.refund_amount, 0)
        or found.refund_amount_reporting != coalesce(summed_returns.refund_amount_reporting, 0)
        or found.refund_total_amount != coalesce(summed_returns.refund_total_amount, 0)
        or found.payment_count != coalesce(summed_payments.payment_count, 0)
        or found.authorisation_amount != coalesce(summed_payments.authorisation_amount, 0)
        or found.capture_amount != coalesce(summed_payments.capture_amount, 0)
        or found.paid_refund_amount != coalesce(summed_payments.refund_amount, 0)
        or found.chargeback_amount != coalesce(summed_payments.chargeback_amount, 0)
)

select * from assert_order_summary_sums_to_the_facts
