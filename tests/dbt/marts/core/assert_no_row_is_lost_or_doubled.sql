-- Guards the facts against fan-out and against joins that drop rows: each has as many rows as what it is made
-- from.

with

moved_in_stores as (
    select * from {{ ref('stg_pos__sales') }}
    where quantity != 0
),

sold_in_stores as (
    select * from {{ ref('fct_order_items') }}
    where source_system = 'pos'
),

returned_to_stores as (
    select * from {{ ref('fct_returns') }}
    where source_system = 'pos'
),

promoted as (
    select distinct
        applied.order_item_id,
        applied.promotion_id
    from {{ ref('int_promotions__apply_grants') }} as applied
    inner join {{ ref('int_orders__unite_lines') }} as lines
        on applied.order_item_id = lines.order_item_id
),

counts as (
    select
        'fct_order_items' as fact,
        (select count(*) from {{ ref('int_orders__unite_lines') }}) as expected_count,
        (select count(*) from {{ ref('fct_order_items') }}) as found_count

    union all

    select
        'fct_order_lifecycle' as fact,
        (select count(*) from {{ ref('int_orders__unite_lines') }}) as expected_count,
        (select count(*) from {{ ref('fct_order_lifecycle') }}) as found_count

    union all

    select
        'fct_returns' as fact,
        (select count(*) from {{ ref('int_returns__unite_lines') }}) as expected_count,
        (select count(*) from {{ ref('fct_returns') }}) as found_count

    union all

    select
        'fct_payments' as fact,
        (select count(*) from {{ ref('stg_payments__transactions') }}) as expected_count,
        (select count(*) from {{ ref('fct_payments') }}) as found_count

    union all

    select
        'fct_settlements' as fact,
        (select count(*) from {{ ref('stg_payments__settlements') }}) as expected_count,
        (select count(*) from {{ ref('fct_settlements') }}) as found_count

    union all

    select
        'fct_ad_spend_daily' as fact,
        (select count(*) from {{ ref('stg_marketing__ad_spend') }}) as expected_count,
        (select count(*) from {{ ref('fct_ad_spend_daily') }}) as found_count

    union all

    select
        'fct_shipments' as fact,
        (select count(distinct shipment_line_id) from {{ ref('stg_shipping__events') }}) as expected_count,
        (select count(*) from {{ ref('fct_shipments') }}) as found_count

    union all

    select
        'bridge_order_item_promotions' as fact,
        (select count(*) from promoted) as expected_count,
        (select count(*) from {{ ref('bridge_order_item_promotions') }}) as found_count

    union all

    select
        'lines of stores, sold or taken back' as fact,
        (select count(*) from moved_in_stores) as expected_count,
        (select count(*) from sold_in_stores) + (select count(*) from returned_to_stores) as found_count
),

assert_no_row_is_lost_or_doubled as (
    select *
    from counts
    where expected_count != found_count
)

select * from assert_no_row_is_lost_or_doubled
