"""Campaigns and what they cost, exported every day as CSV; the last three days are restated each day."""

from duckshift.sources._engine import Run

# One campaign of each channel never ends; the others follow each other.
_CAMPAIGNS = """
    create table marketing_channel as
        select * from (values
            (1, 'paid_search', 'searchads', 'cpc', 0.9, 0.04),
            (2, 'paid_social', 'socialboard', 'paid_social', 0.6, 0.012),
            (3, 'email', 'newsletter', 'email', 0.05, 0.06),
            (4, 'display', 'bannernet', 'display', 0.4, 0.004),
            (5, 'affiliate', 'partnerlink', 'affiliate', 0.7, 0.03)
        ) as v (channel_number, marketing_channel, utm_source, utm_medium, cost_per_click, click_rate);

    create table campaign as
        with numbered as (
            select n as campaign_number, 1 + (n - 1) % 5 as channel_number,
                n <= 5 as is_always_on,
                (n - 5) / campaign_total as place,
            from (
                select greatest(13, 5 + round(28 * period_seconds() / 86400 / 90))::bigint as campaign_total
            ) as size, range(1, campaign_total + 1) as r (n)
        )
        select campaign_number, format('CMP-{:04d}', campaign_number) as campaign_id, marketing_channel,
            utm_source, utm_medium, cost_per_click, click_rate,
            (case when is_always_on then 'Always On' else pick(adjectives(), u('campaign', campaign_number))
                || ' ' || pick(['Offers', 'Launch', 'Weekend', 'Story'], u('campaign kind', campaign_number))
            end) || ' ' || upper(marketing_channel[1]) || campaign_number as campaign_name,
            lower(replace(campaign_name, ' ', '_')) as utm_campaign,
            (case when is_always_on then (start_at() - interval 200 day)::date
                else (start_at() - interval 12 day)::date
                    + (place * (period_seconds() // 86400 + 10))::int
            end) as start_date,
            (case when not is_always_on
                then start_date + (9 + 25 * u('campaign lasts', campaign_number))::int
            end) as end_date,
            pick(['EUR', 'EUR', 'EUR', 'GBP', 'USD'], u('campaign currency', campaign_number))
                as currency_code,
            (100 + 50 * floor(18 * u('budget', campaign_number)))::decimal(18, 2) as daily_budget_amount,
            pick(['awareness', 'traffic', 'sales'], u('objective', campaign_number)) as objective,
        from numbered
        inner join marketing_channel using (channel_number);

    -- Which campaigns run on a day, numbered in order to pick one; `end_date` is the last day.
    create table campaign_day as
        select day_number, (start_at() + to_days(day_number::int))::date as campaign_date, campaign.*,
            row_number() over (partition by day_number order by u('prominence', campaign_number)) as place,
            count(*) over (partition by day_number) as places,
        from range(period_seconds() // 86400) as r (day_number)
        inner join campaign
            on start_at()::date + day_number::int between start_date
                and coalesce(end_date, end_at()::date);
"""


def model(run: Run) -> None:
    """Create the campaigns; the web's sessions come from them."""
    run.sql(_CAMPAIGNS)
