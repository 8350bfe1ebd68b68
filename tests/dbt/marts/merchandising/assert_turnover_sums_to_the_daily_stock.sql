-- Guards mart_inventory_turnover against fan-out and loss: its days, places and stock-outs sum to the rows of
-- fct_inventory_daily, what it sold to the lines of the same products and days that are not cancelled, and it
-- is out of stock at all places on no more days than at single ones.

with

mart_inventory_turnover as (
    select * from {{ ref('mart_inventory_turnover') }}
),

fct_inventory_daily as (
    select * from {{ ref('fct_inventory_daily') }}
),

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
),

known_days as (
    select distinct
        product_durable_key,
        stock_date
    from fct_inventory_daily
),

found as (
    select
        coalesce(sum(day_count), 0) as day_count,
        coalesce(sum(sold_quantity), 0) as sold_quantity,
        coalesce(sum(place_day_count), 0) as place_day_count,
        coalesce(sum(stock_out_place_day_count), 0) as stock_out_count,
        coalesce(sum(case when stock_out_day_count > stock_out_place_day_count then 1 else 0 end), 0)
            as wrong_count
    from mart_inventory_turnover
),

stocked as (
    select
        count(*) as place_day_count,
        coalesce(sum(case when is_stock_out then 1 else 0 end), 0) as stock_out_count
    from fct_inventory_daily
),

counted as (
    select count(*) as day_count
    from known_days
),

sold as (
    select coalesce(sum(items.quantity), 0) as quantity
    from fct_order_items as items
    inner join known_days
        on
            items.product_durable_key = known_days.product_durable_key
            and items.order_date = known_days.stock_date
    left join mart_order_summary as orders
        on items.order_id = orders.order_id
    where orders.is_cancelled is null or not orders.is_cancelled
),

assert_turnover_sums_to_the_daily_stock as (
    select
        found.*,
        counted.day_count as expected_day_count,
        sold.quantity as expected_quantity,
        stocked.place_day_count as expected_place_day_count
    from found
    cross join counted
    cross join stocked
    cross join sold
    where
        found.day_count != counted.day_count
        or found.place_day_count != stocked.place_day_count
        or found.stock_out_count != stocked.stock_out_count
        or found.sold_quantity != sold.quantity
        or found.wrong_count > 0
)

select * from assert_turnover_sums_to_the_daily_stock
