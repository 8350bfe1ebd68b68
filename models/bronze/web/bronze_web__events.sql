{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('web', 'events') }}
),

bronze_web__events as (
    select
        ---------- source values (text as it came)
        event_id,
        event_name,
        event_at,
        received_at,
        visitor_id,
        customer_id,
        order_id,
        page_url,
        search_term,
        value,
        currency_code,
        consent_status,
        context,
        items,

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

select * from bronze_web__events
