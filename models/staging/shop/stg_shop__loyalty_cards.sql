{{ config(
    unique_key=['card_number', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'card_number',
        'after': {'bronze_shop__loyalty_cards': trimmed('card_number')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__loyalty_cards as (
    select * from {{ ref('bronze_shop__loyalty_cards') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('card_number')) }}
),

standardised as (
    select
        nullif(trim(card_number), '') as card_number,
        nullif(trim(customer_id), '') as customer_id,
        nullif(trim(first_name), '') as first_name,
        nullif(trim(last_name), '') as last_name,
        lower(nullif(trim(email), '')) as email,
        nullif(trim(phone), '') as phone,
        birth_date,
        nullif(trim(street), '') as street,
        nullif(trim(postal_code), '') as postal_code,
        nullif(trim(city), '') as city,
        upper(nullif(trim(country_code), '')) as country_code,
        lower(nullif(trim(tier), '')) as tier,
        lower(nullif(trim(card_status), '')) as card_status,
        nullif(trim(store_id), '') as store_id,
        issued_at,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__loyalty_cards
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'loyalty_cards') | indent(8) }} as _copy
    from standardised
),

stg_shop__loyalty_cards as (
    select
        card_number,
        customer_id,
        first_name,
        last_name,
        email,
        phone,
        birth_date,
        street,
        postal_code,
        city,
        country_code,
        tier,
        card_status,
        store_id,
        issued_at,

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

select * from stg_shop__loyalty_cards
