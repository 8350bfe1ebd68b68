-- Guards the stock: what was counted at first and all movements since sum to the level that goes on, for
-- every product at every place, and no level is there without either.

with

int_stock__apply_openings as (
    select * from {{ ref('int_stock__apply_openings') }}
),

int_stock__apply_movements as (
    select * from {{ ref('int_stock__apply_movements') }}
),

fct_inventory as (
    select * from {{ ref('fct_inventory') }}
    where is_current
),

flows as (
    select
        stock_key,
        quantity
    from int_stock__apply_openings

    union all

    select
        movements.stock_key,
        movements.quantity
    from int_stock__apply_movements as movements
    left join int_stock__apply_openings as openings
        on movements.stock_key = openings.stock_key
    where movements.moved_at >= coalesce(openings.counted_at, movements.moved_at)
),

expected as (
    select
        stock_key,
        sum(quantity) as quantity
    from flows
    group by stock_key
),

assert_stock_follows_from_movements as (
    select
        coalesce(expected.stock_key, fct_inventory.stock_key) as stock_key,
        expected.quantity as expected_quantity,
        fct_inventory.quantity_on_hand as found_quantity
    from expected
    full outer join fct_inventory
        on expected.stock_key = fct_inventory.stock_key
    where
        expected.stock_key is null
        or fct_inventory.stock_key is null
        or expected.quantity != fct_inventory.quantity_on_hand
)

select * from assert_stock_follows_from_movements
