-- Guards mart_order_risk: every order of the shop is scored once, its score is the sum of the weights of the
-- rules that it hits, a buyer has one first order, and it is reviewed from the threshold on.

with

mart_order_risk as (
    select * from {{ ref('mart_order_risk') }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
    where source_system = 'shop'
),

risk_rules as (
    select * from {{ ref('risk_rules') }}
),

limits as (
    select threshold_value
    from {{ ref('mart_thresholds') }}
    where threshold_name = 'review_score'
),

hits as (
    select
        order_id,
        'high_amount' as rule_code
    from mart_order_risk
    where is_high_amount

    union all

    select
        order_id,
        'first_order' as rule_code
    from mart_order_risk
    where is_first_order

    union all

    select
        order_id,
        'velocity' as rule_code
    from mart_order_risk
    where is_velocity

    union all

    select
        order_id,
        'country_mismatch' as rule_code
    from mart_order_risk
    where is_country_mismatch
),

weighed as (
    select
        hits.order_id,
        sum(risk_rules.weight) as score
    from hits
    inner join risk_rules
        on hits.rule_code = risk_rules.rule_code
    group by hits.order_id
),

first_orders as (
    select
        buyer_key,
        count(*) as first_count
    from mart_order_risk
    where is_first_order
    group by buyer_key
),

assert_scores_follow_from_the_rules as (
    select
        orders.order_id as expected_order_id,
        found.order_id,
        found.risk_score,
        weighed.score as expected_score,
        first_orders.first_count
    from mart_order_summary as orders
    cross join limits
    full outer join mart_order_risk as found
        on orders.order_id = found.order_id
    left join weighed
        on found.order_id = weighed.order_id
    left join first_orders
        on found.buyer_key = first_orders.buyer_key
    where
        orders.order_id is null
        or found.order_id is null
        or found.risk_score != coalesce(weighed.score, 0)
        or coalesce(first_orders.first_count, 0) > 1
        or found.is_to_review != (found.risk_score >= limits.threshold_value)
)

select * from assert_scores_follow_from_the_rules
