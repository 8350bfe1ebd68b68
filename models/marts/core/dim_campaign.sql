-- One row is one campaign as last known (type 1). Contains an inferred member for every campaign that only
-- its cost or only the links of web events name, and the members -1 unknown and -2 not applicable (came
-- without a campaign).
{{ config(
    unique_key='campaign_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'stg_marketing__campaigns': 'all',
                'stg_marketing__ad_spend': {
                    'mentions': {'campaign_id': 'campaign_id'},
                    'lost': 'is_inferred',
                },
                'int_web__number_sessions': {
                    'mentions': {'utm_campaign': 'utm_campaign'},
                    'lost': 'is_inferred',
                },
            },
            'log': ['utm_campaign'],
        },
        'physical_reason': {
            'dist': 'Joined with visits and costs alike. Thousands of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_marketing__campaigns as (
    select * from {{ ref('stg_marketing__campaigns') }}
    where {{ is_affected() }}
),

stg_marketing__ad_spend as (
    select * from {{ ref('stg_marketing__ad_spend') }}
    where {{ is_affected() }}
),

int_web__number_sessions as (
    select * from {{ ref('int_web__number_sessions') }}
    where {{ is_affected() }}
),

bare as (
    select distinct
        {{ hash_key(['spend.campaign_id']) }} as campaign_key,
        spend.campaign_id,
        cast(null as varchar(256)) as campaign_name,
        cast(null as varchar(256)) as utm_campaign,
        true as is_inferred
    from stg_marketing__ad_spend as spend
    left join stg_marketing__campaigns as campaigns
        on spend.campaign_id = campaigns.campaign_id
    where campaigns.campaign_id is null

    union all

    -- Two texts are hashed: no identifier of a platform makes this key.
    select distinct
        {{ hash_key(["'utm_campaign'", 'events.utm_campaign']) }} as campaign_key,
        cast(null as varchar(64)) as campaign_id,
        cast(null as varchar(256)) as campaign_name,
        events.utm_campaign,
        true as is_inferred
    from int_web__number_sessions as events
    left join stg_marketing__campaigns as campaigns
        on events.utm_campaign = campaigns.utm_campaign
    where
        events.utm_campaign is not null
        and campaigns.campaign_id is null

    union all

    select
        member_key as campaign_key,
        cast(null as varchar(64)) as campaign_id,
        member_name as campaign_name,
        cast(null as varchar(256)) as utm_campaign,
        false as is_inferred
    from {{ missing_members() }}
),

dim_campaign as (
    select
        {{ hash_key(['campaign_id']) }} as campaign_key,
        campaign_id,
        campaign_name,
        marketing_channel,
        objective,
        utm_source,
        utm_medium,
        utm_campaign,
        start_date,
        end_date,
        campaign_status,
        false as is_inferred
    from stg_marketing__campaigns

    union all

    select
        campaign_key,
        campaign_id,
        campaign_name,
        cast(null as varchar(32)) as marketing_channel,
        cast(null as varchar(32)) as objective,
        cast(null as varchar(128)) as utm_source,
        cast(null as varchar(128)) as utm_medium,
        utm_campaign,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        cast(null as varchar(32)) as campaign_status,
        is_inferred
    from bare
)

select * from dim_campaign
