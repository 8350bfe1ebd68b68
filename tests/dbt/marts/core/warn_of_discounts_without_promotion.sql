{{ config(severity='warn') }}

-- Warns of order lines whose discount the promotions do not explain to the cent: a grant is missing or late,
-- or the shop sends amounts that do not sum.

with

bridge_order_item_promotions as (
    select * from {{ ref('bridge_order_item_promotions') }}
),

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
),

summed_up as (
    select
        order_item_id,
        sum(discount_amount) as discount_amount
    from bridge_order_item_promotions
    group by order_item_id
),

warn_of_discounts_without_promotion as (
    select
        summed_up.order_item_id,
        summed_up.discount_amount,
        fct_order_items.line_discount_amount
    from summed_up
    left join fct_order_items
        on summed_up.order_item_id = fct_order_items.order_item_id
    where
        fct_order_items.order_item_id is null
        or summed_up.discount_amount != fct_order_items.line_discount_amount
)

select * from warn_of_discounts_without_promotion
