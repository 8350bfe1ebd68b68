-- One row is one order of the shop with the rules of the seed risk_rules that it hits, and the sum of their
-- weights. What a buyer ordered in stores counts as history. Leaves out receipts, which are paid at the till.
{{ config(
    unique_key='order_id',
    dist='order_id',
    sort='order_date',
    meta={
        'recompute': {
            'by': 'buyer_key',
            'after': {
                'mart_order_summary': 'buyer_key',
                'dim_customer': {
                    'through': 'this',
                    'match': {'customer_durable_key': 'customer_durable_key'},
                    'at': 'ordered_at',
                    'reads': ['customer_durable_key', 'country_code'],
                },
                'dim_geography': {
                    'through': 'mart_order_summary',
                    'match': {'geography_key': 'geography_key'},
                    'gives': 'buyer_key',
                    'reads': ['country_code'],
                },
            },
        },
        'physical_reason': {
            'dist': 'Like mart_order_summary, from which it is made.',
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

mart_order_summary as (
    select * from {{ ref('mart_order_summary') }}
    where {{ is_affected('buyer_key') }}
),

dim_customer as (
    select * from {{ ref('dim_customer') }}
),

dim_geography as (
    select * from {{ ref('dim_geography') }}
),

risk_rules as (
    select * from {{ ref('risk_rules') }}
),

mart_thresholds as (
    select * from {{ ref('mart_thresholds') }}
    where threshold_name = 'review_score'
),

rules as (
    select
        max(case when rule_code = 'high_amount' then weight end) as high_amount_weight,
        max(case when rule_code = 'high_amount' then threshold_value end) as high_amount,
        max(case when rule_code = 'first_order' then weight end) as first_order_weight,
        max(case when rule_code = 'velocity' then weight end) as velocity_weight,
        max(case when rule_code = 'velocity' then threshold_value end) as velocity_count,
        max(case when rule_code = 'velocity' then window_hours end) as velocity_hours,
        max(case when rule_code = 'country_mismatch' then weight end) as country_mismatch_weight
    from risk_rules
),

-- An order counts from when it is placed until the window is over: then it is taken off again.
counted as (
    select
        orders.order_id,
        orders.buyer_key,
        orders.ordered_at as counted_at,
        1 as step
    from mart_order_summary as orders

    union all

    select
        orders.order_id,
        orders.buyer_key,
        {{ add_seconds('orders.ordered_at', 'rules.velocity_hours * 3600') }} as counted_at,
        -1 as step
    from mart_order_summary as orders
    cross join rules
),

numbered as (
    select
        order_id,
        step,
        sum(step) over (
            partition by buyer_key
            order by counted_at asc nulls last, step asc nulls last, order_id asc nulls last
            rows between unbounded preceding and current row
        ) as recent_order_count,
        sum(case when step = 1 then 1 else 0 end) over (
            partition by buyer_key
            order by counted_at asc nulls last, step asc nulls last, order_id asc nulls last
            rows between unbounded preceding and current row
        ) as order_number
    from counted
),

hit as (
    select
        orders.*,
        numbered.recent_order_count,
        numbered.order_number,
        customers.country_code as account_country_code,
        places.country_code as ship_to_country_code,
        rules.high_amount_weight,
        rules.first_order_weight,
        rules.velocity_weight,
        rules.country_mismatch_weight,
        coalesce(orders.total_amount_reporting > rules.high_amount, false) as is_high_amount,
        numbered.order_number = 1 as is_first_order,
        numbered.recent_order_count >= rules.velocity_count as is_velocity,
        coalesce(places.country_code != customers.country_code, false) as is_country_mismatch
    from mart_order_summary as orders
    cross join rules
    inner join numbered
        on orders.order_id = numbered.order_id and numbered.step = 1
    left join dim_customer as customers
        on
            orders.customer_durable_key = customers.customer_durable_key
            and orders.ordered_at >= customers.valid_from
            and orders.ordered_at < customers.valid_to
    left join dim_geography as places
        on orders.geography_key = places.geography_key
    where orders.source_system = 'shop'
),

scored as (
    select
        *,
        case when is_high_amount then high_amount_weight else 0 end
        + case when is_first_order then first_order_weight else 0 end
        + case when is_velocity then velocity_weight else 0 end
        + case when is_country_mismatch then country_mismatch_weight else 0 end as risk_score
    from hit
),

mart_order_risk as (
    select
        ---------- keys
        scored.order_id,
        scored.buyer_key,

        ---------- foreign keys
        scored.order_date_key,
        scored.customer_durable_key,
        scored.geography_key,

        ---------- attributes
        scored.ship_to_country_code,
        scored.account_country_code,

        ---------- measures
        scored.total_amount_reporting,
        cast(scored.order_number as bigint) as order_number,
        cast(scored.recent_order_count as bigint) as recent_order_count,
        cast(scored.risk_score as integer) as risk_score,

        ---------- flags
        scored.is_high_amount,
        scored.is_first_order,
        scored.is_velocity,
        scored.is_country_mismatch,
        scored.risk_score >= mart_thresholds.threshold_value as is_to_review,

        ---------- dates and timestamps
        scored.order_date,
        scored.ordered_at
    from scored
    cross join mart_thresholds
)

select * from mart_order_risk
