{{ config(
    unique_key='campaign_id',
    meta={'recompute': {
        'by': 'campaign_id',
        'after': {'bronze_marketing__campaigns': trimmed('campaign_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_marketing__campaigns as (
    select * from {{ ref('bronze_marketing__campaigns') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('campaign_id')) }}
),

standardised as (
    select
        cast(nullif(trim(campaign_id), '') as varchar(64)) as campaign_id,
        cast(nullif(trim(campaign_name), '') as varchar(256)) as campaign_name,
        cast(lower(nullif(trim(marketing_channel), '')) as varchar(32)) as marketing_channel,
        cast(lower(nullif(trim(objective), '')) as varchar(32)) as objective,
        cast(lower(nullif(trim(utm_source), '')) as varchar(128)) as utm_source,
        cast(lower(nullif(trim(utm_medium), '')) as varchar(128)) as utm_medium,
        cast(lower(nullif(trim(utm_campaign), '')) as varchar(256)) as utm_campaign,
        {{ try_cast_text('start_date', 'date') }} as start_date,
        {{ try_cast_text('end_date', 'date') }} as end_date,
        {{ try_cast_text('daily_budget_amount', 'decimal(18,2)') }} as daily_budget_amount,
        cast(upper(nullif(trim(currency_code), '')) as varchar(3)) as currency_code,
        cast(lower(nullif(trim(campaign_status), '')) as varchar(32)) as campaign_status,
        _file,
        _file_version,
        _landed_at,
        _run_id
    from bronze_marketing__campaigns
),

numbered as (
    select
        *,
        {{ copy_number('marketing', 'campaigns') | indent(8) }} as _copy
    from standardised
),

stg_marketing__campaigns as (
    select
        campaign_id,
        campaign_name,
        marketing_channel,
        objective,
        utm_source,
        utm_medium,
        utm_campaign,
        start_date,
        end_date,
        daily_budget_amount,
        currency_code,
        campaign_status,

        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_marketing__campaigns
