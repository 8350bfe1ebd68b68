-- Guards mart_basket_affinity: a pair is in no more orders than either of its products, in at least
-- affinity_min_orders, its products stand in order, and rates of orders are at most 1.

select
    pairs.first_product_durable_key,
    pairs.second_product_durable_key,
    pairs.pair_order_count,
    pairs.first_order_count,
    pairs.second_order_count,
    pairs.all_order_count
from {{ ref('mart_basket_affinity') }} as pairs
cross join {{ ref('mart_thresholds') }} as limits
where
    limits.threshold_name = 'affinity_min_orders'
    and (
        pairs.pair_order_count > pairs.first_order_count
        or pairs.pair_order_count > pairs.second_order_count
        or pairs.first_order_count > pairs.all_order_count
        or pairs.second_order_count > pairs.all_order_count
        or pairs.pair_order_count < limits.threshold_value
        or pairs.first_product_durable_key >= pairs.second_product_durable_key
        or pairs.first_confidence_rate > 1
        or pairs.second_confidence_rate > 1
        or pairs.lift_ratio <= 0
    )
