-- Guards the funnel, the campaigns and the abandoned carts against sessions that are lost or counted twice:
-- per day their sessions are those of fct_sessions, each step those that did it or a later one, and who came
-- to a cart and did not buy is an abandoned cart.

with

fct_sessions as (
    select * from {{ ref('fct_sessions') }}
),

mart_funnel_daily as (
    select * from {{ ref('mart_funnel_daily') }}
),

mart_campaign_return as (
    select * from {{ ref('mart_campaign_return') }}
),

mart_abandoned_carts as (
    select * from {{ ref('mart_abandoned_carts') }}
),

counted as (
    select
        session_date_key as date_key,
        count(*) as session_count,
        sum(
            case
                when has_product_view or has_cart_addition or has_checkout or purchase_count > 0 then 1
                else 0
            end
        ) as view_count,
        sum(case when has_cart_addition or has_checkout or purchase_count > 0 then 1 else 0 end)
            as cart_count,
        sum(case when has_checkout or purchase_count > 0 then 1 else 0 end) as checkout_count,
        sum(case when purchase_count > 0 then 1 else 0 end) as purchase_count
    from fct_sessions
    group by session_date_key
),

funnels as (
    select
        session_date_key as date_key,
        sum(session_count) as session_count,
        sum(view_session_count) as view_count,
        sum(cart_session_count) as cart_count,
        sum(checkout_session_count) as checkout_count,
        sum(purchase_session_count) as purchase_count
    from mart_funnel_daily
    group by session_date_key
),

visits as (
    select
        date_key,
        sum(session_count) as session_count
    from mart_campaign_return
    group by date_key
),

carts as (
    select
        session_date_key as date_key,
        count(*) as cart_count
    from mart_abandoned_carts
    group by session_date_key
),

assert_funnel_counts_every_session_once as (
    select
        counted.*,
        funnels.session_count as funnel_session_count,
        visits.session_count as campaign_session_count,
        carts.cart_count as abandoned_cart_count
    from counted
    full outer join funnels
        on counted.date_key = funnels.date_key
    left join visits
        on counted.date_key = visits.date_key
    left join carts
        on counted.date_key = carts.date_key
    where
        counted.date_key is null
        or funnels.date_key is null
        or funnels.session_count != counted.session_count
        or funnels.view_count != counted.view_count
        or funnels.cart_count != counted.cart_count
        or funnels.checkout_count != counted.checkout_count
        or funnels.purchase_count != counted.purchase_count
        or coalesce(visits.session_count, 0) != counted.session_count
        or coalesce(carts.cart_count, 0) != counted.cart_count - counted.purchase_count
)

select * from assert_funnel_counts_every_session_once
