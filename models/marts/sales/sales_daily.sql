-- One row is one business day in one channel, country and top category: what was sold and what came back, in
-- the reporting currency. Amounts of lines without a rate are left out of the sums and counted, so that a gap
-- shows; so is the margin of lines without a cost.
{{ config(
    unique_key=['date_key', 'channel_key', 'country_code', 'category_level_1_name'],
    sort='business_date',
    meta={
        'recompute': {
            'by': 'date_key',
            'after': {
                'fct_order_items': 'order_date_key',
                'fct_returns': 'return_date_key',
                'dim_product': [
                    {
                        'through': 'fct_order_items',
                        'match': {'product_key': 'product_key'},
                        'gives': 'order_date_key',
                        'reads': ['category_key'],
                    },
                    {
                        'through': 'fct_returns',
                        'match': {'product_key': 'product_key'},
                        'gives': 'return_date_key',
                        'reads': ['category_key'],
                    },
                ],
                'dim_geography': [
                    {
                        'through': 'fct_order_items',
                        'match': {'geography_key': 'geography_key'},
                        'gives': 'order_date_key',
                        'reads': ['country_code'],
                    },
                    {
                        'through': 'fct_returns',
                        'match': {'geography_key': 'geography_key'},
                        'gives': 'return_date_key',
                        'reads': ['country_code'],
                    },
                ],
                'dim_category': {'all': true, 'reads': ['level_1_name']},
            },
            'log': ['retail_week_key', 'month_key'],
        },
        'trace': {
            'dim_category': {'category_level_1_name': 'level_1_name'},
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

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
    where {{ is_affected('order_date_key', of='fct_order_items') }}
),

fct_returns as (
    select * from {{ ref('fct_returns') }}
    where {{ is_affected('return_date_key', of='fct_returns') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

dim_category as (
    select * from {{ ref('dim_category') }}
),

dim_geography as (
    select * from {{ ref('dim_geography') }}
),

dim_date as (
    select
        date_key,
        coalesce({{ date_key('retail_week_start_date') }}, -1) as retail_week_key,
        coalesce({{ date_key('first_day_of_month') }}, -1) as month_key
    from {{ ref('dim_date') }}
),

product_categories as (
    select
        dim_product.product_key,
        dim_category.level_1_name
    from dim_product
    left join dim_category
        on dim_product.category_key = dim_category.category_key
),

movements as (
    select
        order_date_key as date_key,
        order_date as business_date,
        channel_key,
        geography_key,
        product_key,
        1 as sold_line_count,
        quantity as sold_quantity,
        net_excluding_tax_amount_reporting as net_sales_amount,
        net_excluding_tax_amount_reporting - cost_amount_reporting as margin_amount,
        0 as returned_line_count,
        0 as returned_quantity,
        cast(0 as decimal(18, 2)) as refund_amount,
        case when reporting_rate is null then 1 else 0 end as unconverted_line_count
    from fct_order_items

    union all

    select
        return_date_key as date_key,
        return_date as business_date,
        channel_key,
        geography_key,
        product_key,
        0 as sold_line_count,
        0 as sold_quantity,
        cast(0 as decimal(18, 2)) as net_sales_amount,
        cast(0 as decimal(18, 2)) as margin_amount,
        1 as returned_line_count,
        quantity as returned_quantity,
        refund_excluding_tax_amount_reporting as refund_amount,
        case when reporting_rate is null then 1 else 0 end as unconverted_line_count
    from fct_returns
),

sales_daily as (
    select
        movements.date_key,
        movements.channel_key,
        coalesce(dim_geography.country_code, 'ZZ') as country_code,
        coalesce(product_categories.level_1_name, 'Unknown') as category_level_1_name,
        dim_date.retail_week_key,
        dim_date.month_key,
        -- A day that dim_date does not cover is unknown like one that is missing.
        max(case when movements.date_key != -1 then movements.business_date end) as business_date,
        cast(sum(movements.sold_line_count) as bigint) as sold_line_count,
        cast(sum(movements.sold_quantity) as bigint) as sold_quantity,
        cast(coalesce(sum(movements.net_sales_amount), 0) as decimal(18, 2)) as net_sales_amount,
        cast(coalesce(sum(movements.margin_amount), 0) as decimal(18, 2)) as margin_amount,
        cast(sum(movements.returned_line_count) as bigint) as returned_line_count,
        cast(sum(movements.returned_quantity) as bigint) as returned_quantity,
        cast(coalesce(sum(movements.refund_amount), 0) as decimal(18, 2)) as refund_amount,
        cast(sum(movements.unconverted_line_count) as bigint) as unconverted_line_count
    from movements
    inner join dim_date
        on movements.date_key = dim_date.date_key
    left join product_categories
        on movements.product_key = product_categories.product_key
    left join dim_geography
        on movements.geography_key = dim_geography.geography_key
    group by
        movements.date_key,
        movements.channel_key,
        coalesce(dim_geography.country_code, 'ZZ'),
        coalesce(product_categories.level_1_name, 'Unknown'),
        dim_date.retail_week_key,
        dim_date.month_key
)

select * from sales_daily
