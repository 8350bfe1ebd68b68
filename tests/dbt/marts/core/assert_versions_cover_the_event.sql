-- Guards the as-of joins: the version of customer or product that a fact points to was valid at the moment of
-- the sale or return, is a version of the thing that the durable key names, and is a member only where the
-- source names nothing.

with

fct_order_items as (
    select * from {{ ref('fct_order_items') }}
),

fct_returns as (
    select * from {{ ref('fct_returns') }}
),

int_orders__value_lines as (
    select * from {{ ref('int_orders__value_lines') }}
),

int_returns__unite_lines as (
    select * from {{ ref('int_returns__unite_lines') }}
),

events as (
    select
        'fct_order_items' as fact,
        items.order_item_id as fact_id,
        items.ordered_at as event_at,
        items.customer_key,
        items.customer_durable_key,
        items.product_key,
        items.product_durable_key,
        named.customer_id,
        named.product_id
    from fct_order_items as items
    inner join int_orders__value_lines as named
        on items.order_item_id = named.order_item_id

    union all

    select
        'fct_returns' as fact,
        given_back.return_item_id as fact_id,
        given_back.returned_at as event_at,
        given_back.customer_key,
        given_back.customer_durable_key,
        given_back.product_key,
        given_back.product_durable_key,
        named.customer_id,
        named.product_id
    from fct_returns as given_back
    inner join int_returns__unite_lines as named
        on given_back.return_item_id = named.return_item_id
),

pointers as (
    select
        events.fact,
        events.fact_id,
        'customer' as dimension,
        events.customer_id as named_id,
        versions.customer_id as found_id,
        events.customer_durable_key as durable_key,
        versions.customer_durable_key as found_durable_key,
        events.event_at,
        versions.valid_from,
        versions.valid_to
    from events
    left join {{ ref('dim_customer') }} as versions
        on events.customer_key = versions.customer_key

    union all

    select
        events.fact,
        events.fact_id,
        'product' as dimension,
        events.product_id as named_id,
        versions.product_id as found_id,
        events.product_durable_key as durable_key,
        versions.product_durable_key as found_durable_key,
        events.event_at,
        versions.valid_from,
        versions.valid_to
    from events
    left join {{ ref('dim_product') }} as versions
        on events.product_key = versions.product_key
),

assert_versions_cover_the_event as (
    select *
    from pointers
    where
        found_durable_key is null
        or found_durable_key != durable_key
        or coalesce(named_id, '') != coalesce(found_id, '')
        or event_at < valid_from
        or event_at >= valid_to
)

select * from assert_versions_cover_the_event
