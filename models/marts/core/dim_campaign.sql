-- One row is one campaign by the name that its links carry (utm_campaign). Contains the members -1 unknown
-- and -2 not applicable (nobody came through a link of a campaign). Until the campaigns of the platforms
-- are read every other member is inferred from web events; their list joins here, on utm_campaign in lower
-- case.
{{ config(
    unique_key='campaign_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'int_web__number_sessions': {
                    'mentions': {'utm_campaign': 'utm_campaign'},
                    'lost': 'is_inferred',
                },
            },
        },
        'physical_reason': {
            'dist': 'Web facts lie by session: it would move in every join. Thousands of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_web__number_sessions as (
    select * from {{ ref('int_web__number_sessions') }}
    where {{ is_affected() }}
),

inferred as (
    select distinct utm_campaign
    from int_web__number_sessions
    where utm_campaign is not null
),

added_members as (
    select
        {{ hash_key(['utm_campaign']) }} as campaign_key,
        utm_campaign,
        utm_campaign as campaign_name,
        true as is_inferred
    from inferred

    union all

    select
        member_key as campaign_key,
        cast(null as varchar(256)) as utm_campaign,
        member_name as campaign_name,
        false as is_inferred
    from {{ missing_members() }}
),

dim_campaign as (
    select
        ---------- keys
        campaign_key,
        utm_campaign,

        ---------- attributes
        cast(campaign_name as varchar(256)) as campaign_name,

        ---------- flags
        is_inferred
    from added_members
)

select * from dim_campaign
