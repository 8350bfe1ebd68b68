-- One row is one currency, or one of the members -1 unknown and -2 not applicable.
{{ config(materialized='table', dist='all', sort='currency_key') }}

with

currencies as (
    select * from {{ ref('currencies') }}
),

added_members as (
    select
        {{ hash_key(['currency_code']) }} as currency_key,
        currency_code,
        currency_name,
        minor_unit_digits
    from currencies
    union all
    select
        -1 as currency_key,
        null as currency_code,
        'Unknown' as currency_name,
        null as minor_unit_digits
    union all
    select
        -2 as currency_key,
        null as currency_code,
        'Not applicable' as currency_name,
        null as minor_unit_digits
),

dim_currency as (
    select
        ---------- keys
        currency_key,
        currency_code,

        ---------- attributes
        currency_name,
        minor_unit_digits
    from added_members
)

select * from dim_currency
