-- Guards mart_store_growth against fan-out and loss: over all its rows the sales are those of the lines that
-- a store sold up to the run date, and the sales compared with are those of the lines that are a year older.

with

mart_store_growth as (
    select * from {{ ref('mart_store_growth') }}
),

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
    where store_key >= 0 and order_date_key >= 0
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
),

expected as (
    select
        coalesce(sum(
            case
                when items.order_date <= dim_run_date.run_date
                    then items.net_excluding_tax_amount_reporting
            end
        ), 0) as net_sales_amount,
        coalesce(sum(
            case
                when items.order_date <= {{ add_days('dim_run_date.run_date', -364) }}
                    then items.net_excluding_tax_amount_reporting
            end
        ), 0) as comparable_sales_amount
    from fct_order_items as items
    cross join dim_run_date
),

found as (
    select
        coalesce(sum(net_sales_amount), 0) as net_sales_amount,
        coalesce(sum(comparable_sales_amount), 0) as comparable_sales_amount,
        coalesce(sum(case when growth_rate is not null and not is_comparable then 1 else 0 end), 0)
            as wrong_count
    from mart_store_growth
),

assert_store_growth_sums_to_the_lines as (
    select
        expected.net_sales_amount as expected_net_sales_amount,
        expected.comparable_sales_amount as expected_comparable_sales_amount,
        found.*
    from expected
    cross join found
    where
        expected.net_sales_amount != found.net_sales_amount
        or expected.comparable_sales_amount != found.comparable_sales_amount
        or found.wrong_count > 0
)

select * from assert_store_growth_sums_to_the_lines
