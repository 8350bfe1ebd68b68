-- Guards the daily stock: opening and movements give closing, for every product at every place on every day.
-- Worked out from the counts and the movements themselves, on days of the place, and not from fct_inventory,
-- so that a level, a flow or a whole day that went missing on the way is found, too.

with

int_stock__apply_openings as (
    select * from {{ ref('int_stock__apply_openings') }}
),

int_stock__apply_movements as (
    select * from {{ ref('int_stock__apply_movements') }}
),

dim_location as (
    select * from {{ ref('dim_location') }}
),

fct_inventory_daily as (
    select * from {{ ref('fct_inventory_daily') }}
),

-- The last 90 days, and the one before them, on which everything earlier is booked.
days as (
    select
        dim_date.date_day,
        {{ add_days('dim_run_date.run_date', -89) }} as first_day,
        {{ add_days('dim_run_date.run_date', -90) }} as day_before
    from {{ ref('dim_date') }} as dim_date
    inner join {{ ref('dim_run_date') }} as dim_run_date
        on
            dim_date.date_day <= dim_run_date.run_date
            and dim_date.date_day >= {{ add_days('dim_run_date.run_date', -90) }}
),

bounds as (
    select distinct day_before
    from days
),

flows as (
    select
        stock_key,
        location_id,
        counted_at as changed_at,
        quantity
    from int_stock__apply_openings

    union all

    select
        movements.stock_key,
        movements.location_id,
        movements.moved_at as changed_at,
        movements.quantity
    from int_stock__apply_movements as movements
    left join int_stock__apply_openings as openings
        on movements.stock_key = openings.stock_key
    where movements.moved_at >= coalesce(openings.counted_at, movements.moved_at)
),

dated as (
    select
        flows.stock_key,
        flows.quantity,
        cast({{ local_time('flows.changed_at', "coalesce(dim_location.time_zone, 'UTC')") }} as date)
            as changed_date
    from flows
    left join dim_location
        on flows.location_id = dim_location.location_id
),

booked as (
    select
        dated.stock_key,
        greatest(dated.changed_date, bounds.day_before) as booked_date,
        sum(dated.quantity) as quantity_change
    from dated
    cross join bounds
    group by
        dated.stock_key,
        greatest(dated.changed_date, bounds.day_before)
),

stocked as (
    select
        stock_key,
        min(booked_date) as first_booked_date
    from booked
    group by stock_key
),

levelled as (
    select
        stocked.stock_key,
        days.date_day,
        days.first_day,
        coalesce(booked.quantity_change, 0) as quantity_change,
        sum(coalesce(booked.quantity_change, 0)) over (
            partition by stocked.stock_key order by days.date_day asc nulls last
            rows between unbounded preceding and current row
        ) as closing_quantity
    from stocked
    inner join days
        on stocked.first_booked_date <= days.date_day
    left join booked
        on
            stocked.stock_key = booked.stock_key
            and days.date_day = booked.booked_date
),

expected as (
    select
        stock_key,
        date_day,
        closing_quantity - quantity_change as opening_quantity,
        quantity_change,
        closing_quantity
    from levelled
    where date_day >= first_day
),

assert_daily_stock_adds_up as (
    select
        coalesce(expected.stock_key, found.stock_key) as stock_key,
        coalesce(expected.date_day, found.stock_date) as stock_date,
        expected.opening_quantity as expected_opening_quantity,
        found.opening_quantity as found_opening_quantity,
        expected.quantity_change as expected_quantity_change,
        found.quantity_change as found_quantity_change,
        expected.closing_quantity as expected_closing_quantity,
        found.closing_quantity as found_closing_quantity
    from expected
    full outer join fct_inventory_daily as found
        on
            expected.stock_key = found.stock_key
            and expected.date_day = found.stock_date
    where
        expected.stock_key is null
        or found.stock_key is null
        or expected.opening_quantity != found.opening_quantity
        or expected.quantity_change != found.quantity_change
        or expected.closing_quantity != found.closing_quantity
)

select * from assert_daily_stock_adds_up
