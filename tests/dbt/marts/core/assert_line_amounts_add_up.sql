-- Guards the identities between the amounts of a line, to the cent: discounts, tax in both ways of pricing,
-- and the total.

with

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
),

broken as (
    select
        order_item_id,
        'gross - discounts = net' as broken_rule,
        gross_amount - line_discount_amount - order_discount_amount as expected_amount,
        net_amount as found_amount
    from fct_order_items

    union all

    select
        order_item_id,
        'net excluding tax + tax = net where prices include tax' as broken_rule,
        net_excluding_tax_amount + tax_amount as expected_amount,
        net_amount as found_amount
    from fct_order_items
    where is_tax_included

    union all

    select
        order_item_id,
        'net excluding tax = net where prices exclude tax' as broken_rule,
        net_excluding_tax_amount as expected_amount,
        net_amount as found_amount
    from fct_order_items
    where not is_tax_included

    union all

    select
        order_item_id,
        'net excluding tax + tax + shipping = total' as broken_rule,
        net_excluding_tax_amount + tax_amount + shipping_amount as expected_amount,
        total_amount as found_amount
    from fct_order_items

    union all

    select
        order_item_id,
        'net excluding tax - cost = margin' as broken_rule,
        net_excluding_tax_amount - cost_amount as expected_amount,
        margin_amount as found_amount
    from fct_order_items
    where cost_amount is not null
),

assert_line_amounts_add_up as (
    select *
    from broken
    where
        found_amount is null
        or expected_amount != found_amount
)

select * from assert_line_amounts_add_up
