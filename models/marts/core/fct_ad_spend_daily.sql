-- One row is what one campaign cost on one day, as the platform restated it last: each export corrects the
-- three days before it. Contains days of campaigns that the list lacks.
{{ config(
    unique_key=['campaign_id', 'spend_date'],
    sort='spend_date',
    meta={
        'recompute': {
            'by': 'spend_date',
            'after': {
                'stg_marketing__ad_spend': 'spend_date',
                'int_money__daily_rates': {
                    'through': 'this',
                    'match': {'currency_code': 'currency_code'},
                    'at': 'spend_date',
                    'interval': ['valid_from_date', 'valid_to_date'],
                    'reads': ['rate_to_reporting', 'rate_origin'],
                },
            },
            'log': ['spend_date_key'],
        },
        'physical_reason': {
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_marketing__ad_spend as (
    select * from {{ ref('stg_marketing__ad_spend') }}
    where {{ is_affected('spend_date', of='stg_marketing__ad_spend') }}
),

int_money__daily_rates as (
    select * from {{ ref('int_money__daily_rates') }}
),

rated as (
    select
        spend.*,
        {{ rate_to_reporting('spend', 'rates') | indent(8) }}
    from stg_marketing__ad_spend as spend
    left join int_money__daily_rates as rates
        on
            spend.currency_code = rates.currency_code
            and spend.spend_date >= rates.valid_from_date
            and spend.spend_date < rates.valid_to_date
),

fct_ad_spend_daily as (
    select
        ---------- keys
        campaign_id,
        spend_date,

        ---------- foreign keys
        {{ member_key('spend_date', calendar_key('spend_date')) }} as spend_date_key,
        {{ hash_key(['campaign_id']) }} as campaign_key,
        {{ member_key('currency_code', hash_key(['currency_code'])) }} as currency_key,

        ---------- attributes
        currency_code,

        ---------- measures
        impressions,
        clicks,
        platform_conversions,
        spend_amount,

        ---------- measures, reporting currency
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        {{ money_multiply('spend_amount', 'reporting_rate') }} as spend_amount_reporting,

        ---------- timestamps
        {{ produced_at('_file_version') }} as exported_at
    from rated
)

select * from fct_ad_spend_daily
