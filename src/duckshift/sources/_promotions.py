"""Promotions of the shop and what they took off which line, as versions (see `_catalogue`)."""

from duckshift.sources._engine import Run

# For each of the four rates of `order_line` one sale a fortnight, so that there always is one that fits; and
# three coupons that never end and may come on top.
_PROMOTIONS = """
    create macro discount_rates() as [0.05, 0.1, 0.15, 0.2];
    create macro fortnight(moment) as floor(epoch(moment - start_at()) / (14 * 86400))::bigint;

    create table promotion as
        select format('PR-{:02d}-{:03d}', rate_number, n) as promotion_id,
            pick(adjectives(), u('promotion ' || rate_number, n)) || ' '
                || ['Days', 'Week', 'Deals', 'Sale'][rate_number]
                as promotion_name,
            'sale' as promotion_type, null::varchar as coupon_code,
            discount_rates()[rate_number] as discount_rate,
            start_at() + to_days((14 * n)::int) as starts_at, starts_at + interval 14 day as ends_at,
            false as is_combinable, rate_number * 1000 + n as promotion_number,
        from range(1, 5) as rates (rate_number), range(0, 1 + fortnight(end_at())) as r (n)
        union all
        select format('PR-CO-{:03d}', n), ['Welcome', 'Friends', 'Thank You'][n], 'coupon',
            ['WELCOME', 'FRIENDS', 'THANKYOU'][n], 0.05, load_at() - interval 400 day, null, true, n,
        from range(1, 4) as r (n);

    create table version_promotions as
        with version as (
            select promotion.*, 'I' as "Op", 1 as step,
                -- Entered two days late, when it has been granted already.
                promotion_number = 2001 and faults() as is_late,
                case
                    when is_late then starts_at + interval 2 day
                    when promotion_type = 'coupon' then starts_at
                    else starts_at - interval 9 day + to_hours((promotion_number % 7)::int)
                end as committed_at,
            from promotion
            union all
            -- Some sales are prolonged by three days shortly before they end.
            select * replace (ends_at + interval 3 day as ends_at), 'U', 2, false, ends_at - interval 20 hour
            from promotion
            where promotion_type = 'sale' and promotion_number % 5 = 2
        )
        select promotion_id, promotion_name, promotion_type, coupon_code, discount_rate, starts_at, ends_at,
            is_combinable, "Op", committed_at as _commit_ts, step as _step,
            (case when is_late then 'late_promotion' end) as _fault,
        from version;
"""

_GRANTS = """
    create table version_order_item_promotions as
        with discounted as (
            select order_item_id, ordered_at, discount_amount, digits,
                -- The rate by which `order_line` came to its discount.
                1 + floor(4 * u('discount', order_number || '-' || line_number))::bigint as rate_number,
                format('PR-{:02d}-{:03d}', rate_number, fortnight(ordered_at)) as sale_id,
                format('PR-CO-{:03d}', 1 + floor(3 * u('coupon', order_item_id))::bigint) as coupon_id,
                u('promotion kind', order_item_id) as kind,
            from order_line
            where discount_amount > 0
        ),
        shared as (
            select *, (case when kind < 0.2 then money(discount_amount::double / 4, digits) else 0 end)
                as coupon_amount,
            from discounted
        ),
        granted as (
            select order_item_id, ordered_at, 1 as n,
                (case when kind >= 0.85 then coupon_id else sale_id end) as promotion_id,
                discount_amount - coupon_amount as discount_amount,
            from shared
            union all
            select order_item_id, ordered_at, 2, coupon_id, coupon_amount
            from shared
            where coupon_amount > 0
        )
        select order_item_id || '-P' || n as order_item_promotion_id, order_item_id, promotion_id,
            discount_amount, 'I' as "Op", ordered_at as _commit_ts, n as _step, null::varchar as _fault,
        from granted;
"""


def model(run: Run) -> None:
    """Create the tables of promotions and their grants."""
    run.sql(_PROMOTIONS)
    run.sql(_GRANTS)
