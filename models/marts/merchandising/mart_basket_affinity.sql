-- One row is one pair of products that orders of the last days (threshold affinity_days, up to dim_run_date)
-- contain together, the product with the smaller key first. Worked out whole for that day. Leaves out orders
-- of more products than affinity_max_products, and products and pairs in fewer orders than
-- affinity_min_orders: products first, so that rare ones never make pairs.
{{ config(
    unique_key=['first_product_durable_key', 'second_product_durable_key'],
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'fct_order_items': 'all',
                'dim_run_date': 'all',
            },
        },
        'trace': {
            'fct_order_items': [
                {'first_product_durable_key': 'product_durable_key'},
                {'second_product_durable_key': 'product_durable_key'},
            ],
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

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
    where {{ is_affected() }}
),

mart_thresholds as (
    select * from {{ ref('mart_thresholds') }}
),

limits as (
    select
        max(case when threshold_name = 'affinity_days' then threshold_value end) as day_count,
        max(case when threshold_name = 'affinity_max_products' then threshold_value end) as max_products,
        max(case when threshold_name = 'affinity_min_orders' then threshold_value end) as min_orders
    from mart_thresholds
),

ordered as (
    select distinct
        items.order_id,
        items.product_durable_key
    from fct_order_items as items
    cross join dim_run_date
    cross join limits
    where
        items.product_durable_key >= 0
        and items.line_type = 'sale'
        and items.order_date <= dim_run_date.run_date
        and items.order_date > {{ add_days('dim_run_date.run_date', '-limits.day_count') }}
),

sized as (
    select
        *,
        count(*) over (partition by order_id) as product_count,
        row_number() over (partition by order_id order by product_durable_key asc nulls last) as place
    from ordered
),

baskets as (
    select
        sized.order_id,
        sized.product_durable_key,
        sized.place
    from sized
    cross join limits
    where sized.product_count <= limits.max_products
),

counted as (
    select
        *,
        count(*) over (partition by product_durable_key) as order_count,
        sum(case when place = 1 then 1 else 0 end) over () as all_order_count
    from baskets
),

frequent as (
    select counted.*
    from counted
    cross join limits
    where counted.order_count >= limits.min_orders
),

pairs as (
    select
        firsts.product_durable_key as first_product_durable_key,
        seconds.product_durable_key as second_product_durable_key,
        count(*) as pair_order_count,
        max(firsts.order_count) as first_order_count,
        max(seconds.order_count) as second_order_count,
        max(firsts.all_order_count) as all_order_count
    from frequent as firsts
    inner join frequent as seconds
        on
            firsts.order_id = seconds.order_id
            and firsts.product_durable_key < seconds.product_durable_key
    group by
        firsts.product_durable_key,
        seconds.product_durable_key
),

mart_basket_affinity as (
    select
        ---------- keys
        pairs.first_product_durable_key,
        pairs.second_product_durable_key,

        ---------- measures
        pairs.pair_order_count,
        pairs.first_order_count,
        pairs.second_order_count,
        cast(pairs.all_order_count as bigint) as all_order_count,
        {{ ratio('pairs.pair_order_count', 'pairs.all_order_count') }} as support_rate,
        {{ ratio('pairs.pair_order_count', 'pairs.first_order_count') }} as first_confidence_rate,
        {{ ratio('pairs.pair_order_count', 'pairs.second_order_count') }} as second_confidence_rate,
        {{ ratio(
            'pairs.pair_order_count * pairs.all_order_count',
            'pairs.first_order_count * pairs.second_order_count'
        ) }} as lift_ratio
    from pairs
    cross join limits
    where pairs.pair_order_count >= limits.min_orders
)

select * from mart_basket_affinity
