-- Guards the daily stock: opening and change give closing, and each day opens as the day before closed.

with

fct_inventory_daily as (
    select * from {{ ref('fct_inventory_daily') }}
),

compared as (
    select
        *,
        lag(closing_quantity) over (partition by stock_key order by date_key asc nulls last) as closed_before
    from fct_inventory_daily
),

assert_daily_stock_adds_up as (
    select
        stock_key,
        date_key,
        opening_quantity,
        quantity_change,
        closing_quantity,
        closed_before
    from compared
    where
        opening_quantity + quantity_change != closing_quantity
        or opening_quantity != coalesce(closed_before, opening_quantity)
)

select * from assert_daily_stock_adds_up
