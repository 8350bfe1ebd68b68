-- Guards the funnel: no step has more sessions than the one before it, in any row.

with

mart_funnel_daily as (
    select * from {{ ref('mart_funnel_daily') }}
),

assert_funnel_steps_never_rise as (
    select
        session_date_key,
        traffic_medium,
        campaign_key,
        device_category,
        session_count,
        view_session_count,
        cart_session_count,
        checkout_session_count,
        purchase_session_count
    from mart_funnel_daily
    where
        view_session_count > session_count
        or cart_session_count > view_session_count
        or checkout_session_count > cart_session_count
        or purchase_session_count > checkout_session_count
        or purchase_session_count < 0
)

select * from assert_funnel_steps_never_rise
