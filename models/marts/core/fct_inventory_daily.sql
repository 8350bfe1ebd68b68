-- One row is one product at one place on one of the last 90 days, days without movements included: a dense
-- periodic snapshot, worked out whole for the day as of which reports look (dim_run_date). Days are those of
-- the place. Leaves out what lies further back: fct_inventory has it as intervals.
{{ config(
    unique_key=['date_key', 'stock_key'],
    dist='product_durable_key',
    sort='stock_date',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'fct_inventory': 'all',
                'dim_location': {'all': true, 'reads': ['time_zone']},
                'dim_run_date': 'all',
            },
        },
        'trace': {
            'dim_run_date': [],
        },
        'physical_reason': {
            'dist': 'Like fct_inventory, from which it is made.',
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

fct_inventory as (
    select * from {{ ref('fct_inventory') }}
    where {{ is_affected() }}
),

dim_location as (
    select * from {{ ref('dim_location') }}
    where {{ is_affected() }}
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
    where {{ is_affected() }}
),

dim_date as (
    select * from {{ ref('dim_date') }}
),

days as (
    select
        dim_date.date_key,
        dim_date.date_day,
        {{ add_days('dim_date.date_day', 1) }} as next_day
    from dim_date
    inner join dim_run_date
        on
            dim_date.date_day <= dim_run_date.run_date
            and dim_date.date_day > {{ add_days('dim_run_date.run_date', -90) }}
),

local_days as (
    select
        dim_location.location_key,
        days.date_key,
        days.date_day,
        {{ utc_time('days.date_day', "coalesce(dim_location.time_zone, 'UTC')") }} as begins_at,
        {{ utc_time('days.next_day', "coalesce(dim_location.time_zone, 'UTC')") }} as ends_at
    from dim_location
    cross join days
),

closing as (
    select
        levels.stock_key,
        levels.product_durable_key,
        levels.location_key,
        levels.quantity_on_hand,
        local_days.date_key,
        local_days.date_day,
        local_days.begins_at
    from fct_inventory as levels
    inner join local_days
        on
            levels.location_key = local_days.location_key
            and levels.valid_from < local_days.ends_at
            and levels.valid_to >= local_days.ends_at
),

moved as (
    select
        levels.stock_key,
        levels.product_durable_key,
        local_days.date_key,
        sum(levels.quantity_change) as quantity_change,
        sum(levels.movement_count) as movement_count
    from fct_inventory as levels
    inner join local_days
        on
            levels.location_key = local_days.location_key
            and levels.valid_from >= local_days.begins_at
            and levels.valid_from < local_days.ends_at
    group by
        levels.stock_key,
        levels.product_durable_key,
        local_days.date_key
),

fct_inventory_daily as (
    select
        ---------- keys
        closing.date_key,
        closing.stock_key,

        ---------- foreign keys
        closing.product_durable_key,
        closing.location_key,

        ---------- measures
        cast(coalesce(opening.quantity_on_hand, 0) as bigint) as opening_quantity,
        cast(coalesce(moved.quantity_change, 0) as bigint) as quantity_change,
        cast(coalesce(moved.movement_count, 0) as bigint) as movement_count,
        closing.quantity_on_hand as closing_quantity,

        ---------- flags
        closing.quantity_on_hand <= 0 as is_stock_out,

        ---------- dates
        closing.date_day as stock_date
    from closing
    left join moved
        on
            closing.product_durable_key = moved.product_durable_key
            and closing.stock_key = moved.stock_key
            and closing.date_key = moved.date_key
    left join fct_inventory as opening
        on
            closing.product_durable_key = opening.product_durable_key
            and closing.stock_key = opening.stock_key
            and closing.begins_at > opening.valid_from
            and closing.begins_at <= opening.valid_to
)

select * from fct_inventory_daily
