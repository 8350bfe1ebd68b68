-- One row is one calendar month in one channel, market region and top category: sales_daily summed, in the
-- reporting currency. What that leaves out is left out here.
{{ config(
    unique_key=['month_key', 'channel_key', 'market_region', 'category_level_1_name'],
    sort='month_key',
    meta={
        'recompute': {
            'by': 'month_key',
            'after': {
                'sales_daily': 'month_key',
            },
        },
        'physical_reason': {
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

sales_daily as (
    select * from {{ ref('sales_daily') }}
    where {{ is_affected('month_key', of='sales_daily') }}
),

dim_date as (
    select * from {{ ref('dim_date') }}
),

countries as (
    select * from {{ ref('countries') }}
),

summed as (
    select
        sales_daily.month_key,
        sales_daily.channel_key,
        coalesce(countries.market_region, 'Unknown') as market_region,
        sales_daily.category_level_1_name,
        sum(sales_daily.sold_line_count) as sold_line_count,
        sum(sales_daily.sold_quantity) as sold_quantity,
        sum(sales_daily.net_sales_amount) as net_sales_amount,
        sum(sales_daily.margin_amount) as margin_amount,
        sum(sales_daily.returned_line_count) as returned_line_count,
        sum(sales_daily.returned_quantity) as returned_quantity,
        sum(sales_daily.refund_amount) as refund_amount,
        sum(sales_daily.unconverted_line_count) as unconverted_line_count
    from sales_daily
    left join countries
        on sales_daily.country_code = countries.country_code
    group by
        sales_daily.month_key,
        sales_daily.channel_key,
        coalesce(countries.market_region, 'Unknown'),
        sales_daily.category_level_1_name
),

sales_monthly as (
    select
        ---------- keys
        summed.month_key,
        summed.channel_key,
        cast(summed.market_region as varchar(32)) as market_region,
        summed.category_level_1_name,

        ---------- attributes
        dim_date.calendar_year,
        dim_date.quarter_of_year,
        dim_date.month_of_year,
        dim_date.date_day as month_start_date,

        ---------- measures
        cast(summed.sold_line_count as bigint) as sold_line_count,
        cast(summed.sold_quantity as bigint) as sold_quantity,
        cast(summed.net_sales_amount as decimal(18, 2)) as net_sales_amount,
        cast(summed.margin_amount as decimal(18, 2)) as margin_amount,
        cast(summed.returned_line_count as bigint) as returned_line_count,
        cast(summed.returned_quantity as bigint) as returned_quantity,
        cast(summed.refund_amount as decimal(18, 2)) as refund_amount,
        cast(summed.unconverted_line_count as bigint) as unconverted_line_count
    from summed
    inner join dim_date
        on summed.month_key = dim_date.date_key
)

select * from sales_monthly
