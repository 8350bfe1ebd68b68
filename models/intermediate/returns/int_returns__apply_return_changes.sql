-- One row is one return of the shop in its latest state. Deleted ones are left out. Read by
-- int_returns__unite_lines.
{{ config(
    unique_key='return_id',
    meta={'recompute': {
        'by': 'return_id',
        'after': {
            'stg_shop__returns': {'key': 'return_id', 'all_when': '_is_reload'},
        },
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__returns as (
    select * from {{ ref('stg_shop__returns') }}
    where {{ is_affected('return_id') }}
),

-- Of all keys: a reload says of a key that it is gone by not holding it.
reloads as (
    {{ reload_checkpoints(ref('stg_shop__returns')) | indent(4) }}
),

latest as (
    {{ latest_change('stg_shop__returns', key='return_id', reloads='reloads') | indent(4) }}
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
