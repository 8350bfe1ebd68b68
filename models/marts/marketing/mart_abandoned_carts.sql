-- One row is one session that came to a cart or a checkout and not to a purchase, and whether its visitor
-- bought afterwards. Contains carts that were emptied (cart_amount 0). Leaves out bots. What a visitor does
-- on another device, with another cookie, is not seen; a purchase still to come changes the row.
{{ config(
    unique_key='session_key',
    dist='session_key',
    sort='session_date',
    meta={
        'recompute': {
            'by': 'visitor_id',
            'after': {
                'fct_sessions': 'visitor_id',
            },
        },
        'physical_reason': {
            'dist': 'Like the sessions, so that no row moves.',
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

fct_sessions as (
    select * from {{ ref('fct_sessions') }}
    where {{ is_affected('visitor_id', of='fct_sessions') }}
),

-- Of all sessions of the visitor: the next purchase is in one that has no abandoned cart.
followed as (
    select
        *,
        min(first_purchase_at) over (
            partition by visitor_id order by started_at asc nulls last, session_key asc nulls last
            rows between 1 following and unbounded following
        ) as next_purchase_at
    from fct_sessions
),

mart_abandoned_carts as (
    select
        ---------- keys
        session_key,
        visitor_id,

        ---------- foreign keys
        session_date_key,
        customer_durable_key,
        device_key,
        campaign_key,

        ---------- attributes
        deepest_step as last_step,
        traffic_medium,
        currency_code,

        ---------- measures
        cart_addition_count,
        cart_removal_count,
        cart_amount,
        cart_amount_reporting,

        ---------- flags
        coalesce(next_purchase_at <= {{ add_seconds('ended_at', 86400) }}, false)
            as is_bought_within_24_hours,
        coalesce(next_purchase_at <= {{ add_seconds('ended_at', 604800) }}, false)
            as is_bought_within_7_days,

        ---------- dates and timestamps
        session_date,
        ended_at as abandoned_at,
        next_purchase_at
    from followed
    where deepest_step in ('cart', 'checkout')
)

select * from mart_abandoned_carts
