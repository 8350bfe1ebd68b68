{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('marketing', 'campaigns') }}
),

bronze_marketing__campaigns as (
    select
        ---------- source values (text as it came)
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

select * from bronze_marketing__campaigns
