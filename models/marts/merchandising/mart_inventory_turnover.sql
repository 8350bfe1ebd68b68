-- One row is one product over those days of fct_inventory_daily on which its stock is known: how often the
-- stock turned over and on how many days none was left. Worked out whole for the day as of which reports
-- look. Leaves out products without a stock record.
{{ config(
    unique_key='product_durable_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'fct_inventory_daily': 'all',
                'fct_order_items': 'all',
                'mart_order_summary': 'all',
            },
        },
        'physical_reason': {
            'dist': 'Like dim_product, with which it is read. Under 3 million rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

fct_inventory_daily as (
    select * from {{ ref('fct_inventory_daily') }}
    where {{ is_affected() }}
),

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
    where {{ is_affected() }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
    where {{ is_affected() }}
),

-- A product and a day, from its stock and from its sales: united and summed, so that no place multiplies a
-- sale. What was cancelled never left the shelf.
movements as (
    select
        product_durable_key,
        stock_date,
        closing_quantity,
        1 as place_count,
        case when is_stock_out then 1 else 0 end as stock_out_place_count,
        0 as sold_quantity
    from fct_inventory_daily

    union all

    select
        items.product_durable_key,
        items.order_date as stock_date,
        0 as closing_quantity,
        0 as place_count,
        0 as stock_out_place_count,
        items.quantity as sold_quantity
    from fct_order_items as items
    left join mart_order_summary as orders
        on items.order_id = orders.order_id
    where not coalesce(orders.is_cancelled, false)
),

days as (
    select
        product_durable_key,
        stock_date,
        sum(closing_quantity) as closing_quantity,
        sum(place_count) as place_count,
        sum(stock_out_place_count) as stock_out_place_count,
        sum(sold_quantity) as sold_quantity
    from movements
    group by
        product_durable_key,
        stock_date
),

summed as (
    select
        product_durable_key,
        count(*) as day_count,
        sum(sold_quantity) as sold_quantity,
        sum(closing_quantity) as stock_quantity_days,
        sum(place_count) as place_day_count,
        sum(stock_out_place_count) as stock_out_place_day_count,
        sum(case when stock_out_place_count = place_count then 1 else 0 end) as stock_out_day_count,
        min(stock_date) as first_stock_date,
        max(stock_date) as last_stock_date
    from days
    where place_count > 0
    group by product_durable_key
),

mart_inventory_turnover as (
    select
        ---------- keys
        product_durable_key,

        ---------- measures
        cast(day_count as bigint) as day_count,
        cast(sold_quantity as bigint) as sold_quantity,
        {{ ratio('stock_quantity_days', 'day_count') }} as average_stock_quantity,
        -- Sales over the average stock, sum over days / days.
        case
            when stock_quantity_days > 0
                then {{ ratio('sold_quantity * day_count', 'stock_quantity_days') }}
        end as turnover_ratio,
        case when stock_quantity_days > 0 then {{ ratio('stock_quantity_days', 'sold_quantity') }} end
            as days_of_supply,
        cast(stock_out_day_count as bigint) as stock_out_day_count,
        cast(place_day_count as bigint) as place_day_count,
        cast(stock_out_place_day_count as bigint) as stock_out_place_day_count,

        ---------- dates
        first_stock_date,
        last_stock_date
    from summed
)

select * from mart_inventory_turnover
