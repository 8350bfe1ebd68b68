-- One row is one return of the shop in its latest state. Deleted ones are left out. Read by
-- int_returns__unite_lines.

with

stg_shop__returns as (
    select * from {{ ref('stg_shop__returns') }}
),

latest as (
    {{ latest_change('stg_shop__returns', key='return_id') | indent(4) }}
),

int_returns__apply_return_changes as (
    select
        return_id,
        order_id,
        customer_id,
        channel_code,
        returned_at,
        currency_code,
        country_code
    from latest
)

select * from int_returns__apply_return_changes
