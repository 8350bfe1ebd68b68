{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('marketing', 'ad_spend') }}
),

bronze_marketing__ad_spend as (
    select
        ---------- source values (text as it came)
        campaign_id,
        spend_date,
        impressions,
        clicks,
        spend_amount,
        currency_code,
        platform_conversions,

        ---------- columns beyond the contract, as JSON
        _extra,

        ---------- what became of the record
        _status,
        _reason,
        _raw,

        ---------- where it came from
        _file,
        _file_version,
        _line,
        _landed_at,

        ---------- which run loaded it
        _run_id,
        _loaded_at
    from landed
)

select * from bronze_marketing__ad_spend
