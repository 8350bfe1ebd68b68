-- Guards the facts against fan-out and against joins that drop rows: each has as many rows as what it is made from.

with

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
        'store lines sold and taken back' as fact,
        (select count(*) from {{ ref('stg_pos__sales') }} where quantity != 0) as expected_count,
        (select count(*) from {{ ref('fct_order_items') }} where source_system = 'pos')
        + (select count(*) from {{ ref('fct_returns') }} where source_system = 'pos') as found_count
)

select *
from counts
where expected_count != found_count
