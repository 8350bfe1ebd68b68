-- One row is one interval in which the stock of one product at one location did not change. The levels follow
-- from the counted opening stock and all movements after it; a movement that is booked late changes every
-- level after it. Contains the interval that goes on (is_current). Leaves out movements before the count.
{{ config(
    unique_key=['stock_key', 'valid_from'],
    dist='product_durable_key',
    sort=['product_durable_key', 'valid_from'],
    meta={
        'recompute': {
            'by': 'stock_key',
            'after': {
                'int_stock__apply_openings': 'stock_key',
                'int_stock__apply_movements': 'stock_key',
            },
        },
        'physical_reason': {
            'dist': 'Levels of one product are read together.',
            'sort': 'The history of a product lies side by side.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_stock__apply_openings as (
    select * from {{ ref('int_stock__apply_openings') }}
    where {{ is_affected('stock_key') }}
),

int_stock__apply_movements as (
    select * from {{ ref('int_stock__apply_movements') }}
    where {{ is_affected('stock_key', of='int_stock__apply_movements') }}
),

flows as (
    select
        stock_key,
        product_id,
        location_id,
        counted_at as changed_at,
        quantity,
        0 as movement_count
    from int_stock__apply_openings

    union all

    select
        movements.stock_key,
        movements.product_id,
        movements.location_id,
        movements.moved_at as changed_at,
        movements.quantity,
        1 as movement_count
    from int_stock__apply_movements as movements
    left join int_stock__apply_openings as openings
        on movements.stock_key = openings.stock_key
    where openings.stock_key is null or movements.moved_at >= openings.counted_at
),

-- What moves in the same second changes the level once.
changed as (
    select
        stock_key,
        product_id,
        location_id,
        changed_at,
        sum(quantity) as quantity_change,
        sum(movement_count) as movement_count
    from flows
    group by
        stock_key,
        product_id,
        location_id,
        changed_at
),

levelled as (
    select
        *,
        sum(quantity_change) over (
            partition by stock_key order by changed_at asc nulls last
            rows between unbounded preceding and current row
        ) as quantity_on_hand,
        lead(changed_at) over (partition by stock_key order by changed_at asc nulls last) as next_changed_at
    from changed
),

fct_inventory as (
    select
        ---------- keys
        stock_key,
        changed_at as valid_from,

        ---------- foreign keys
        {{ hash_key(['product_id']) }} as product_durable_key,
        {{ hash_key(['location_id']) }} as location_key,

        ---------- measures
        cast(quantity_on_hand as bigint) as quantity_on_hand,
        cast(quantity_change as bigint) as quantity_change,
        cast(movement_count as bigint) as movement_count,

        ---------- flags
        quantity_on_hand <= 0 as is_stock_out,
        next_changed_at is null as is_current,

        ---------- interval
        coalesce(next_changed_at, cast('9999-12-31' as timestamp)) as valid_to
    from levelled
)

select * from fct_inventory
