{{ config(
    unique_key='event_id',
    sort='event_at',
    meta={
        'recompute': {
            'by': 'event_id',
            'after': {'bronze_web__events': trimmed('event_id')},
            'log': ['visitor_id'],
        },
        'physical_reason': {'sort': 'Most readers look for the visits of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_web__events as (
    select * from {{ ref('bronze_web__events') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('event_id')) }}
),

numbered as (
    select
        *,
        {{ copy_number('web', 'events') | indent(8) }} as _copy
    from (
        select
            {{ trimmed('event_id') }} as event_id,
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
            _file,
            _landed_at,
            _run_id
        from bronze_web__events
    ) as landed
),

first_copies as (
    select
        *,
        {{ try_cast_text('value', 'decimal(18,2)') }} as landed_value_amount
    from numbered
    where _copy = 1
),

-- What is nested is taken apart here and nowhere else; the items stay an array, for int_web__explode_items.
parsed as (
    {{ json_texts(
        'first_copies',
        [
            'event_id', 'event_name', 'event_at', 'received_at', 'visitor_id', 'customer_id', 'order_id',
            'page_url', 'search_term', 'landed_value_amount', 'currency_code', 'consent_status', 'items',
            '_file', '_landed_at', '_run_id',
        ],
        'context',
        {
            'landed_user_agent': 'user_agent',
            'landed_device_category': 'device.category',
            'landed_operating_system': 'device.os',
            'landed_browser': 'device.browser',
            'landed_screen': 'device.screen',
            'landed_country': 'country',
            'landed_language': 'language',
            'landed_referrer': 'referrer',
            'landed_utm_source': 'utm.source',
            'landed_utm_medium': 'utm.medium',
            'landed_utm_campaign': 'utm.campaign',
            'landed_utm_content': 'utm.content',
        }
    ) | indent(4) }}
),

stg_web__events as (
    select
        ---------- keys
        cast(event_id as varchar(64)) as event_id,
        cast({{ trimmed('visitor_id') }} as varchar(64)) as visitor_id,
        cast({{ trimmed('customer_id') }} as varchar(64)) as customer_id,
        cast({{ trimmed('order_id') }} as varchar(64)) as order_id,

        ---------- what happened; a value of a trillion or more is a slip; an address is nothing one searches
        cast(lower({{ trimmed('event_name') }}) as varchar(32)) as event_name,
        cast({{ trimmed('page_url') }} as varchar(1024)) as page_url,
        cast(
            case when search_term not like '%@%' then {{ trimmed('search_term') }} end as varchar(256)
        ) as search_term,
        case when abs(landed_value_amount) < 1000000000000 then landed_value_amount end as value_amount,
        cast(upper({{ trimmed('currency_code') }}) as varchar(3)) as currency_code,
        cast(items as varchar(32768)) as items,
        cast(lower({{ trimmed('consent_status') }}) as varchar(32)) as consent_status,

        ---------- with what and where; what is longer than it can be is null
        {{ try_cast_text(trimmed('landed_user_agent'), 'varchar(1024)') }} as user_agent,
        lower({{ try_cast_text(trimmed('landed_device_category'), 'varchar(32)') }}) as device_category,
        {{ try_cast_text(trimmed('landed_operating_system'), 'varchar(64)') }} as operating_system,
        {{ try_cast_text(trimmed('landed_browser'), 'varchar(64)') }} as browser,
        {{ try_cast_text(trimmed('landed_screen'), 'varchar(32)') }} as screen,
        upper({{ try_cast_text(trimmed('landed_country'), 'varchar(2)') }}) as country_code,
        lower({{ try_cast_text(trimmed('landed_language'), 'varchar(16)') }}) as language_code,

        ---------- where from; links are typed in any case of letters
        {{ try_cast_text(trimmed('landed_referrer'), 'varchar(1024)') }} as referrer_url,
        lower({{ try_cast_text(trimmed('landed_utm_source'), 'varchar(128)') }}) as utm_source,
        lower({{ try_cast_text(trimmed('landed_utm_medium'), 'varchar(128)') }}) as utm_medium,
        lower({{ try_cast_text(trimmed('landed_utm_campaign'), 'varchar(256)') }}) as utm_campaign,
        lower({{ try_cast_text(trimmed('landed_utm_content'), 'varchar(128)') }}) as utm_content,

        ---------- timestamps
        {{ try_cast_text('event_at', 'timestamp') }} as event_at,
        {{ try_cast_text('received_at', 'timestamp') }} as received_at,

        ---------- lineage metadata
        _file,
        _landed_at,
        _run_id
    from parsed
)

select * from stg_web__events
