-- One row is one promotion granted on one order line, in its latest state. Withdrawn (deleted) ones are left
-- out. Read by bridge_order_item_promotions and dim_promotion.
{{ config(
    unique_key='order_item_promotion_id',
    meta={'recompute': {
        'by': 'order_item_promotion_id',
        'after': {
            'stg_shop__order_item_promotions': {
                'key': 'order_item_promotion_id',
                'all_when': '_is_reload',
            },
        },
        'log': ['order_item_id', 'promotion_id'],
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__order_item_promotions as (
    select * from {{ ref('stg_shop__order_item_promotions') }}
    where {{ is_affected('order_item_promotion_id') }}
),

-- Of all keys: a reload says of a key that it is gone by not holding it.
reloads as (
    {{ reload_checkpoints(ref('stg_shop__order_item_promotions')) | indent(4) }}
),

latest as (
    {{ latest_change(
        'stg_shop__order_item_promotions',
        key='order_item_promotion_id',
        reloads='reloads',
    ) | indent(4) }}
),

int_promotions__apply_grants as (
    select
        order_item_promotion_id,
        order_item_id,
        promotion_id,
        discount_amount
    from latest
)

select * from int_promotions__apply_grants
