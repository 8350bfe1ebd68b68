-- Guards mart_customer_360 against losing customers: it has one row for each of dim_customer_current but the
-- members, every one who ordered has three scores of 1 to 5, and nobody else has any.

with

mart_customer_360 as (
    select * from {{ ref('mart_customer_360') }}
),

dim_customer_current as (
    select * from {{ ref('dim_customer_current') }}
    where customer_durable_key >= 0
),

dim_run_date as (
    select * from {{ ref('dim_run_date') }}
),

assert_every_customer_has_a_row as (
    select
        customers.customer_durable_key as expected_customer_durable_key,
        found.customer_durable_key,
        found.order_count,
        found.recency_score,
        found.frequency_score,
        found.monetary_score
    from dim_customer_current as customers
    cross join dim_run_date
    full outer join mart_customer_360 as found
        on customers.customer_durable_key = found.customer_durable_key
    where
        customers.customer_durable_key is null
        or found.customer_durable_key is null
        or (
            found.order_count > 0
            and (
                coalesce(found.recency_score, 0) not between 1 and 5
                or coalesce(found.frequency_score, 0) not between 1 and 5
                or coalesce(found.monetary_score, 0) not between 1 and 5
                or found.rfm_segment = 'no orders'
            )
        )
        or (
            found.order_count = 0
            and (
                found.recency_score is not null
                or found.frequency_score is not null
                or found.monetary_score is not null
                or found.rfm_segment != 'no orders'
            )
        )
)

select * from assert_every_customer_has_a_row
