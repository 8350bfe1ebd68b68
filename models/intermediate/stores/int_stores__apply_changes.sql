-- One row is one store as last known, deleted ones included: their sales remain. Read by dim_store and
-- int_stores__place_receipt_lines.

with

stg_shop__stores as (
    select * from {{ ref('stg_shop__stores') }}
),

latest as (
    {{ latest_change('stg_shop__stores', key='store_id', before_delete=true) | indent(4) }}
),

int_stores__apply_changes as (
    select
        store_id,
        store_name,
        store_format,
        city,
        region,
        country_code,
        time_zone,
        currency_code,
        floor_area_m2,
        opened_date,
        closed_date
    from latest
)

select * from int_stores__apply_changes
