{{ config(
    unique_key=['campaign_id', 'spend_date'],
    sort='spend_date',
    meta={
        'recompute': {
            'by': 'campaign_id',
            'after': {'bronze_marketing__ad_spend': trimmed('campaign_id')},
            'log': ['currency_code'],
        },
        'physical_reason': {'sort': 'Readers look for a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_marketing__ad_spend as (
    select * from {{ ref('bronze_marketing__ad_spend') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('campaign_id')) }}
),

standardised as (
    select
        cast(nullif(trim(campaign_id), '') as varchar(64)) as campaign_id,
        {{ try_cast_text('spend_date', 'date') }} as spend_date,
        {{ try_cast_text('impressions', 'bigint') }} as impressions,
        {{ try_cast_text('clicks', 'bigint') }} as clicks,
        {{ try_cast_text('spend_amount', 'decimal(18,2)') }} as spend_amount,
        cast(upper(nullif(trim(currency_code), '')) as varchar(3)) as currency_code,
        {{ try_cast_text('platform_conversions', 'bigint') }} as platform_conversions,
        _file,
        _file_version,
        _landed_at,
        _run_id
    from bronze_marketing__ad_spend
),

numbered as (
    select
        *,
        {{ copy_number('marketing', 'ad_spend') | indent(8) }} as _copy
    from standardised
),

stg_marketing__ad_spend as (
    select
        campaign_id,
        spend_date,
        impressions,
        clicks,
        spend_amount,
        currency_code,
        platform_conversions,

        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_marketing__ad_spend
