-- One row is one product over the days up to the one as of which reports look (dim_run_date; how many, says
-- the threshold performance_days): what was sold and came back, its rank and ABC class. Worked out whole for
-- that day. Leaves out products that neither sold nor came back, and lines that are no product.
{{ config(
    unique_key='product_durable_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'fct_order_items': 'all',
                'fct_returns': 'all',
                'dim_product': 'all',
                'dim_category': 'all',
                'dim_run_date': 'all',
            },
        },
        'trace': {
            'dim_category': {'category_level_1_name': 'level_1_name'},
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

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
    where {{ is_affected() }}
),

fct_returns as (
    select * from {{ ref('fct_returns') }}
    where {{ is_affected() }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
    where {{ is_affected() }} and is_current
),

dim_category as (
    select * from {{ ref('dim_category') }}
    where {{ is_affected() }}
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
    where {{ is_affected() }}
),

mart_thresholds as (
    select * from {{ ref('mart_thresholds') }}
),

spans as (
    select
        dim_run_date.run_date,
        {{ add_days('dim_run_date.run_date', '-mart_thresholds.threshold_value') }} as before_date
    from dim_run_date
    cross join mart_thresholds
    where mart_thresholds.threshold_name = 'performance_days'
),

limits as (
    select
        max(case when threshold_name = 'abc_a_share' then threshold_value end) as abc_a_share,
        max(case when threshold_name = 'abc_b_share' then threshold_value end) as abc_b_share
    from mart_thresholds
),

movements as (
    select
        product_durable_key,
        order_date as movement_date,
        1 as sold_line_count,
        quantity as sold_quantity,
        net_excluding_tax_amount_reporting as net_sales_amount,
        net_excluding_tax_amount_reporting - cost_amount_reporting as margin_amount,
        0 as returned_quantity,
        cast(0 as decimal(18, 2)) as refund_amount,
        case when reporting_rate is null then 1 else 0 end as unconverted_line_count
    from fct_order_items

    union all

    select
        product_durable_key,
        return_date as movement_date,
        0 as sold_line_count,
        0 as sold_quantity,
        cast(0 as decimal(18, 2)) as net_sales_amount,
        cast(0 as decimal(18, 2)) as margin_amount,
        quantity as returned_quantity,
        refund_excluding_tax_amount_reporting as refund_amount,
        case when reporting_rate is null then 1 else 0 end as unconverted_line_count
    from fct_returns
),

summed as (
    select
        movements.product_durable_key,
        spans.run_date,
        sum(movements.sold_line_count) as sold_line_count,
        sum(movements.sold_quantity) as sold_quantity,
        cast(coalesce(sum(movements.net_sales_amount), 0) as decimal(18, 2)) as net_sales_amount,
        cast(coalesce(sum(movements.margin_amount), 0) as decimal(18, 2)) as margin_amount,
        sum(movements.returned_quantity) as returned_quantity,
        cast(coalesce(sum(movements.refund_amount), 0) as decimal(18, 2)) as refund_amount,
        sum(movements.unconverted_line_count) as unconverted_line_count
    from movements
    inner join spans
        on
            movements.movement_date > spans.before_date
            and movements.movement_date <= spans.run_date
    where movements.product_durable_key >= 0
    group by
        movements.product_durable_key,
        spans.run_date
),

-- From the best seller down; equal ones by their key, so that each run ranks alike.
ranked as (
    select
        *,
        row_number() over (
            order by net_sales_amount desc nulls last, product_durable_key asc nulls last
        ) as sales_rank,
        sum(net_sales_amount) over (
            order by net_sales_amount desc nulls last, product_durable_key asc nulls last
            rows between unbounded preceding and current row
        ) as sales_up_to_here,
        sum(net_sales_amount) over () as all_sales_amount
    from summed
),

shared as (
    select
        *,
        {{ ratio('sales_up_to_here', 'all_sales_amount') }} as cumulated_share,
        {{ ratio('sales_up_to_here - net_sales_amount', 'all_sales_amount') }} as share_before
    from ranked
),

mart_product_performance as (
    select
        ---------- keys
        shared.product_durable_key,

        ---------- attributes
        products.product_id,
        products.product_name,
        coalesce(categories.level_1_name, 'Unknown') as category_level_1_name,
        -- The product with which a limit is reached still belongs to the class.
        cast(case
            when shared.net_sales_amount <= 0 or shared.all_sales_amount <= 0 then 'C'
            when shared.share_before < limits.abc_a_share then 'A'
            when shared.share_before < limits.abc_b_share then 'B'
            else 'C'
        end as varchar(1)) as abc_class,

        ---------- measures
        cast(shared.sold_line_count as bigint) as sold_line_count,
        cast(shared.sold_quantity as bigint) as sold_quantity,
        shared.net_sales_amount,
        shared.margin_amount,
        cast(shared.returned_quantity as bigint) as returned_quantity,
        shared.refund_amount,
        {{ ratio('shared.returned_quantity', 'shared.sold_quantity') }} as return_rate,
        cast(shared.unconverted_line_count as bigint) as unconverted_line_count,
        shared.sales_rank,
        shared.cumulated_share,

        ---------- dates
        shared.run_date
    from shared
    cross join limits
    inner join dim_product as products
        on shared.product_durable_key = products.product_durable_key
    left join dim_category as categories
        on products.category_key = categories.category_key
)

select * from mart_product_performance
