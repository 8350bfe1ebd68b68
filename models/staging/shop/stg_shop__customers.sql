{{ config(
    unique_key=['customer_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'customer_id',
        'after': {'bronze_shop__customers': trimmed('customer_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__customers as (
    select * from {{ ref('bronze_shop__customers') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('customer_id')) }}
),

standardised as (
    select
        nullif(trim(customer_id), '') as customer_id,
        lower(nullif(trim(email), '')) as email,
        nullif(trim(first_name), '') as first_name,
        nullif(trim(last_name), '') as last_name,
        nullif(trim(phone), '') as phone,
        birth_date,
        lower(nullif(trim(segment), '')) as segment,
        upper(nullif(trim(country_code), '')) as country_code,
        has_marketing_consent,
        registered_at,
        nullif(trim(preferred_language), '') as preferred_language,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__customers
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'customers') | indent(8) }} as _copy
    from standardised
),

stg_shop__customers as (
    select
        customer_id,
        email,
        first_name,
        last_name,
        phone,
        birth_date,
        segment,
        country_code,
        has_marketing_consent,
        registered_at,
        preferred_language,

        ---------- lineage metadata
        _op,
        _change_seq,
        _is_reload,
        _changed_at,
        _file,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_shop__customers
