{{ config(
    unique_key=['rate_date', 'base_currency', 'quote_currency'],
    meta={'recompute': {
        'by': 'all',
        'after': {'bronze_fx__rates': 'all'},
    }, 'trace': {
        'bronze_fx__rates': {
            'rate_date': try_cast_text('rate_date', 'date'),
            'base_currency': 'upper(trim(base_currency))',
            'quote_currency': 'upper(trim(quote_currency))',
        },
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_fx__rates as (
    select * from {{ ref('bronze_fx__rates') }}
    where
        _status = 'loaded'
        and {{ is_affected() }}
),

standardised as (
    select
        {{ try_cast_text('rate_date', 'date') }} as rate_date,
        cast(upper(nullif(trim(base_currency), '')) as varchar(3)) as base_currency,
        cast(upper(nullif(trim(quote_currency), '')) as varchar(3)) as quote_currency,
        {{ try_cast_text('rate', 'decimal(18,10)') }} as rate,
        _file,
        _file_version,
        _landed_at,
        _run_id
    from bronze_fx__rates
),

numbered as (
    select
        *,
        {{ copy_number('fx', 'rates') | indent(8) }} as _copy
    from standardised
),

stg_fx__rates as (
    select
        rate_date,
        base_currency,
        quote_currency,
        rate,

        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_fx__rates
