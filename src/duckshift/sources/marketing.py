"""Campaigns and what they cost, exported every day as CSV; the last three days are restated each day."""

from duckshift.landing import write_text_files
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


# The list of all campaigns as it is that morning; one is renamed, some get another budget.
_CAMPAIGN_EXPORTS = """
    create table campaign_export as
        with export as (
            select day_number, (start_at() + to_days(day_number::int))::date as export_date,
                export_date + interval 5 hour as produced_at,
                -- Not in the last days, for a later export must still come.
                faults() and row_number() over (
                    order by day_number > period_seconds() // 86400 - 4, u('no campaigns', day_number)
                ) <= fault_count(0.02, period_seconds() // 86400) and day_number > 0
                    and day_number <= period_seconds() // 86400 - 4 as is_missing,
            from range(period_seconds() // 86400) as r (day_number)
        ),
        listed as (
            select export.*, campaign.* exclude (campaign_name, daily_budget_amount),
                faults() and campaign_number = 7
                    and day_number >= (period_seconds() // 86400) // 2 as is_renamed,
                campaign_name || (case when is_renamed then ' (relaunch)' else '' end) as campaign_name,
                (case when u('budget changes', campaign_number) < 0.2
                        and day_number >= u('budget at', campaign_number) * period_seconds() / 86400
                    then daily_budget_amount + 100 else daily_budget_amount
                end) as daily_budget_amount,
                case
                    when export_date < start_date then 'planned'
                    when export_date > end_date then 'ended'
                    else 'active'
                end as campaign_status,
            from export, campaign
            where start_date <= export_date + 7
                and (faults() or day_number = period_seconds() // 86400 - 1)
        ),
        written as (
            select *,
                format('marketing/campaigns/dt={}/campaigns.{}.csv', export_date,
                    strftime(produced_at, '%Y%m%dT%H%M%SZ')) as _path,
                1 + row_number() over (partition by day_number order by campaign_number) as _position,
                concat_ws(',', campaign_id, campaign_name, marketing_channel, objective, utm_source,
                    utm_medium, utm_campaign, start_date, coalesce(end_date::varchar, ''),
                    daily_budget_amount, currency_code, campaign_status) as line,
            from listed
        )
        select *,
            case
                when is_missing then 'missing'
                when day_number = max(day_number) filter (not is_missing) over same then 'loaded'
                when line = max_by(line, day_number) filter (not is_missing) over same then 'duplicate'
                else 'superseded'
            end as _disposition,
            is_renamed and not coalesce(lag(is_renamed) over (
                partition by campaign_id order by is_missing, day_number), false) as is_first_renamed,
        from written
        window same as (partition by campaign_id);

    insert into truth_fault
        select distinct 'marketing', 'campaigns', 'missing_export', _path, null::bigint, null, 'missing'
        from campaign_export
        where is_missing
        union all
        select 'marketing', 'campaigns', 'renamed', _path, _position, campaign_id, _disposition
        from campaign_export
        where is_first_renamed and not is_missing;
    insert into truth_accounting
        select 'marketing', 'campaigns', count(distinct _path), 0, 0, count(*),
            count(*) filter (_disposition = 'loaded'), 0, count(*) filter (_disposition = 'duplicate'),
            count(*) filter (_disposition = 'superseded'),
        from campaign_export
        where not is_missing;
"""

# Each morning the three days before, the first two of them still incomplete. Clicks are a little more than
# the sessions that the web saw.
_SPEND_EXPORTS = """
    create table ad_spend_export as
        with missing as (
            select n as missing_number
            from range(2, greatest(2, period_seconds() // 86400 - 3)) as r (n)
            where faults()
            qualify row_number() over (order by u('no spend', n), n) <= fault_count(0.015, count(*) over ())
        ),
        spent as (
            select campaign_id, campaign_number, day_number, campaign_date as spend_date, currency_code,
                campaign_id || ' ' || day_number as spend_name,
                ceil(coalesce(sessions, 0) * (1.15 + 0.3 * u('clicks', spend_name)))::bigint
                    + floor(4 * u('stray clicks', spend_name))::bigint as clicks,
                ceil(clicks / click_rate * (0.8 + 0.4 * u('shown', spend_name)))::bigint as impressions,
                round(clicks * cost_per_click * (0.85 + 0.3 * u('click price', spend_name)), 2) as spend,
                round(clicks * 0.07 * u('claimed', spend_name) * 2)::bigint as conversions,
                -- Faults of the first export of a day want that there is one, and another one after it.
                row_number() over (
                    order by day_number + 1 in (from missing) or day_number >= period_seconds() // 86400 - 3,
                        u('spend fault', spend_name), spend_name
                ) as choice,
                fault_count(0.004, count(*) over ()) as quota,
            from campaign_day
            left join (
                select campaign_number, day_number, count(*) as sessions
                from web_session
                where campaign_number is not null
                group by all
            ) using (campaign_number, day_number)
        ),
        exported as (
            select spent.*, age, day_number + age as export_number,
                (start_at() + to_days((day_number + age)::int))::date as export_date,
                export_date + interval 6 hour as produced_at,
                -- What is known after one, two and three days.
                case age when 1 then 0.92 + 0.06 * u('known at once', spend_name)
                    when 2 then 0.98 + 0.02 * u('known later', spend_name) else 1 end as known,
                case
                    when not faults() then null
                    when choice <= quota and age = 1 then 'amount_with_symbol'
                    when choice between quota + 1 and 2 * quota and age = 1 then 'thousands_separator'
                    when choice between 2 * quota + 1 and 3 * quota then 'clicks_exceed_impressions'
                end as fault,
            from spent, range(1, 4) as r (age)
            where day_number + age <= period_seconds() // 86400
                -- Without faults nothing is exported before it is final.
                and (faults() or age = 3)
        ),
        reported as (
            select campaign_id, spend_date, currency_code, age, export_number, export_date, produced_at,
                fault,
                floor(clicks * known)::bigint as clicks,
                (case when fault = 'clicks_exceed_impressions' then floor(clicks * known / 2)
                    else floor(impressions * known) end)::bigint as impressions,
                round(spend * known, 2)::decimal(18, 2) as spend_amount,
                floor(conversions * known)::bigint as conversions,
            from exported
            union all
            -- Spend of a campaign that the list of campaigns does not have.
            select replace(campaign_id, 'CMP-', 'CMP-9'), spend_date, currency_code, age, export_number,
                export_date, produced_at, 'unknown_campaign', clicks, impressions,
                spend::decimal(18, 2), conversions,
            from exported
            where faults() and age = 3 and choice between 3 * quota + 1 and 4 * quota
        ),
        written as (
            select *, missing_number is not null as is_missing,
                coalesce(fault in ('amount_with_symbol', 'thousands_separator'), false) as is_rejected,
                format('marketing/ad_spend/dt={}/ad_spend.{}.csv', export_date,
                    strftime(produced_at, '%Y%m%dT%H%M%SZ')) as _path,
                1 + row_number() over (partition by export_number order by spend_date, campaign_id)
                    as _position,
                concat_ws(',', campaign_id, spend_date,
                    (case fault when 'thousands_separator' then '1,' || lpad(impressions::varchar, 3, '0')
                        else impressions::varchar end),
                    clicks,
                    (case fault when 'amount_with_symbol' then currency_code || ' ' || spend_amount
                        else spend_amount::varchar end),
                    currency_code, conversions) as line,
            from reported
            left join missing on missing_number = export_number
        )
        select *,
            case
                when is_missing then 'missing'
                when is_rejected then 'rejected'
                when age = max(age) filter (not is_missing and not is_rejected) over same then 'loaded'
                when line = max_by(line, age) filter (not is_missing and not is_rejected) over same
                    then 'duplicate'
                else 'superseded'
            end as _disposition,
        from written
        window same as (partition by campaign_id, spend_date);

    insert into truth_fault
        select distinct 'marketing', 'ad_spend', 'missing_export', _path, null::bigint, null, 'missing'
        from ad_spend_export
        where is_missing
        union all
        select 'marketing', 'ad_spend', fault, _path, _position, campaign_id || '|' || spend_date,
            _disposition,
        from ad_spend_export
        where fault is not null and not is_missing
            and (fault != 'clicks_exceed_impressions' or _disposition = 'loaded')
        union all
        select 'marketing', 'ad_spend', 'restated', _path, _position, campaign_id || '|' || spend_date,
            _disposition,
        from ad_spend_export
        where _disposition = 'superseded' and faults();
    insert into truth_accounting
        select 'marketing', 'ad_spend', count(distinct _path), 0, 0, count(*),
            count(*) filter (_disposition = 'loaded'), count(*) filter (_disposition = 'rejected'),
            count(*) filter (_disposition = 'duplicate'), count(*) filter (_disposition = 'superseded'),
        from ad_spend_export
        where not is_missing;
    insert into truth_figure
        select 'ad_spend.' || currency_code, sum(spend_amount)
        from ad_spend_export
        where _disposition = 'loaded'
        group by currency_code;
"""


def model(run: Run) -> None:
    """Create the campaigns; the web's sessions come from them."""
    run.sql(_CAMPAIGNS)


def land(run: Run) -> None:
    """Write the files below `marketing/`; reads the web's sessions."""
    for name, table, statements in (
        ("campaigns", "campaign_export", _CAMPAIGN_EXPORTS),
        ("ad_spend", "ad_spend_export", _SPEND_EXPORTS),
    ):
        run.progress(f"marketing/{name}")
        run.sql(statements)
        header = ",".join(column.name for column in run.entity("marketing", name).columns)
        write_text_files(
            run.connection,
            f"""
            select distinct _path, 1 as _position, '{header}' as line from {table} where not is_missing
            union all
            select _path, _position, line from {table} where not is_missing
            """,
            run.root,
        )
