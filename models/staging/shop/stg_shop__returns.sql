{{ config(
    unique_key=['return_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'return_id',
        'after': {'bronze_shop__returns': trimmed('return_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__returns as (
    select * from {{ ref('bronze_shop__returns') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('return_id')) }}
),

standardised as (
    select
        nullif(trim(return_id), '') as return_id,
        nullif(trim(order_id), '') as order_id,
        nullif(trim(customer_id), '') as customer_id,
        lower(nullif(trim(channel_code), '')) as channel_code,
        returned_at,
        upper(nullif(trim(currency_code), '')) as currency_code,
        upper(nullif(trim(country_code), '')) as country_code,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__returns
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'returns') | indent(8) }} as _copy
    from standardised
),

stg_shop__returns as (
    select
        return_id,
        order_id,
        customer_id,
        channel_code,
        returned_at,
        currency_code,
        country_code,

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

select * from stg_shop__returns
