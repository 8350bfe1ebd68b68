-- Guards the documented joins: a line of sale or return meets exactly one row of each of its dimensions, so
-- joining all of them leaves the number of lines and the sum of their amounts as they were.

with

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
),

fct_returns as (
    select * from {{ ref('fct_returns') }}
),

dim_date as (
    select * from {{ ref('dim_date') }}
),

dim_customer as (
    select * from {{ ref('dim_customer') }}
),

customers_now as (
    select * from dim_customer
    where is_current
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

products_now as (
    select * from dim_product
    where is_current
),

dim_category as (
    select * from {{ ref('dim_category') }}
),

dim_store as (
    select * from {{ ref('dim_store') }}
),

dim_channel as (
    select * from {{ ref('dim_channel') }}
),

dim_geography as (
    select * from {{ ref('dim_geography') }}
),

dim_currency as (
    select * from {{ ref('dim_currency') }}
),

dim_supplier as (
    select * from {{ ref('dim_supplier') }}
),

joined_items as (
    select items.net_amount as amount
    from fct_order_items as items
    inner join dim_date on items.order_date_key = dim_date.date_key
    inner join dim_customer on items.customer_key = dim_customer.customer_key
    inner join customers_now on items.customer_durable_key = customers_now.customer_durable_key
    inner join dim_product on items.product_key = dim_product.product_key
    inner join products_now on items.product_durable_key = products_now.product_durable_key
    inner join dim_category on dim_product.category_key = dim_category.category_key
    inner join dim_store on items.store_key = dim_store.store_key
    inner join dim_channel on items.channel_key = dim_channel.channel_key
    inner join dim_geography on items.geography_key = dim_geography.geography_key
    inner join dim_currency on items.currency_key = dim_currency.currency_key
    inner join dim_supplier on items.supplier_key = dim_supplier.supplier_key
),

joined_returns as (
    select given_back.refund_amount as amount
    from fct_returns as given_back
    inner join dim_date on given_back.return_date_key = dim_date.date_key
    inner join dim_customer on given_back.customer_key = dim_customer.customer_key
    inner join customers_now on given_back.customer_durable_key = customers_now.customer_durable_key
    inner join dim_product on given_back.product_key = dim_product.product_key
    inner join products_now on given_back.product_durable_key = products_now.product_durable_key
    inner join dim_category on dim_product.category_key = dim_category.category_key
    inner join dim_store on given_back.store_key = dim_store.store_key
    inner join dim_channel on given_back.channel_key = dim_channel.channel_key
    inner join dim_geography on given_back.geography_key = dim_geography.geography_key
    inner join dim_currency on given_back.currency_key = dim_currency.currency_key
),

totals as (
    select
        'fct_order_items' as fact,
        (select count(*) from fct_order_items) as row_count,
        (select coalesce(sum(net_amount), 0) from fct_order_items) as amount,
        (select count(*) from joined_items) as joined_count,
        (select coalesce(sum(amount), 0) from joined_items) as joined_amount

    union all

    select
        'fct_returns' as fact,
        (select count(*) from fct_returns) as row_count,
        (select coalesce(sum(refund_amount), 0) from fct_returns) as amount,
        (select count(*) from joined_returns) as joined_count,
        (select coalesce(sum(amount), 0) from joined_returns) as joined_amount
),

assert_joins_keep_every_line as (
    select *
    from totals
    where
        row_count != joined_count
        or amount != joined_amount
)

select * from assert_joins_keep_every_line
