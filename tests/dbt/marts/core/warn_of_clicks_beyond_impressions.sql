{{ config(severity='warn') }}

-- Warns of days on which a campaign was clicked more often than it was shown: the platform restates one of
-- the two later, or counts wrongly, and rates of clicks made from it are beyond 1.

select
    campaign_id,
    spend_date,
    clicks,
    impressions
from {{ ref('fct_ad_spend_daily') }}
where clicks > impressions
