-- Guards mart_order_summary against fan-out and loss: over the orders that are known, its sums are those of the facts, and
-- it has a row for every order.

with

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
),

expected as (
    select
        'orders' as measure,
        cast(count(*) as decimal(18,2)) as amount
    from int_orders__unite_orders

    {% for measure, expression in {
        'lines': '1', 'quantity': 'quantity', 'gross': 'gross_amount',
        'discount': 'line_discount_amount + order_discount_amount', 'net': 'net_amount', 'tax': 'tax_amount',
        'shipping': 'shipping_amount', 'total': 'total_amount', 'net reporting': 'net_amount_reporting',
    }.items() -%}
    union all

    select
        '{{ measure }}' as measure,
        cast(coalesce(sum({{ expression }}), 0) as decimal(18,2)) as amount
    from {{ ref('fct_order_items') }}
    where is_order_known

    {% endfor -%}
    {% for measure, expression in {'return lines': '1', 'refund': 'refund_amount'}.items() -%}
    union all

    select
        '{{ measure }}' as measure,
        cast(coalesce(sum({{ expression }}), 0) as decimal(18,2)) as amount
    from {{ ref('fct_returns') }}
    where order_id in (select order_id from int_orders__unite_orders)

    {% endfor -%}
    {% for type in ['authorisation', 'capture', 'refund', 'chargeback'] -%}
    union all

    select
        '{{ type }} payments' as measure,
        cast(coalesce(sum(amount), 0) as decimal(18,2)) as amount
    from {{ ref('fct_payments') }}
    where
        is_order_known
        and transaction_status = 'approved'
        and transaction_type = '{{ type }}'

    {% endfor -%}
    union all

    select
        'payments' as measure,
        cast(count(*) as decimal(18,2)) as amount
    from {{ ref('fct_payments') }}
    where
        is_order_known
        and transaction_status = 'approved'
),

found as (
    select
        'orders' as measure,
        cast(count(*) as decimal(18,2)) as amount
    from mart_order_summary

    {% for measure, column in {
        'lines': 'line_count', 'quantity': 'quantity', 'gross': 'gross_amount', 'discount': 'discount_amount',
        'net': 'net_amount', 'tax': 'tax_amount', 'shipping': 'shipping_amount', 'total': 'total_amount',
        'net reporting': 'net_amount_reporting', 'return lines': 'return_line_count', 'refund': 'refund_amount',
        'authorisation payments': 'authorised_amount', 'capture payments': 'captured_amount',
        'refund payments': 'refunded_amount', 'chargeback payments': 'charged_back_amount',
        'payments': 'payment_count',
    }.items() -%}
    union all

    select
        '{{ measure }}' as measure,
        cast(coalesce(sum({{ column }}), 0) as decimal(18,2)) as amount
    from mart_order_summary
    {% if not loop.last %}
    {% endif -%}
    {% endfor -%}
)

select
    expected.measure,
    expected.amount as expected_amount,
    found.amount as found_amount
from expected
left join found
    on expected.measure = found.measure
where
    found.amount is null
    or expected.amount != found.amount
