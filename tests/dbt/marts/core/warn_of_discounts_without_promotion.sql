{{ config(severity='warn') }}

-- Warns of order lines of the shop whose discount the promotions do not explain to the cent: a grant is
-- missing or late, or the shop sends amounts that do not sum. Stores name no promotions.

with

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
    where source_system = 'shop'
),

bridge_order_item_promotions as (
    select * from {{ ref('bridge_order_item_promotions') }}
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
        fct_order_items.order_item_id,
        fct_order_items.line_discount_amount,
        summed_up.discount_amount
    from fct_order_items
    left join summed_up
        on fct_order_items.order_item_id = summed_up.order_item_id
    where fct_order_items.line_discount_amount != coalesce(summed_up.discount_amount, 0)
)

select * from warn_of_discounts_without_promotion
