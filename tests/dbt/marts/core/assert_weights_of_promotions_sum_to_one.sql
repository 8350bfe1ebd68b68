-- Guards the bridge between lines and promotions: the weights of a line sum to 1, so that no measure is
-- multiplied or lost.

with

bridge_order_item_promotions as (
    select * from {{ ref('bridge_order_item_promotions') }}
),

summed_up as (
    select
        order_item_id,
        sum(weight) as weight
    from bridge_order_item_promotions
    group by order_item_id
),

assert_weights_of_promotions_sum_to_one as (
    select *
    from summed_up
    where weight != 1
)

select * from assert_weights_of_promotions_sum_to_one
