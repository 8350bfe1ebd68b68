-- One row is one currency. Contains an inferred member for every code that facts name and the seed lacks, so
-- that no amount loses its code, and the members -1 unknown and -2 not applicable.
{{ config(
    unique_key='currency_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'int_orders__unite_orders': {
                    'mentions': {'currency_code': 'currency_code'},
                    'lost': 'is_inferred',
                },
                'int_returns__unite_lines': {
                    'mentions': {'currency_code': 'currency_code'},
                    'lost': 'is_inferred',
                },
                'stg_payments__transactions': {
                    'mentions': {'currency_code': 'currency_code'},
                    'lost': 'is_inferred',
                },
                'int_products__track_price_history': {
                    'mentions': {'currency_code': 'currency_code'},
                    'lost': 'is_inferred',
                },
                'stg_payments__settlements': {
                    'mentions': {'currency_code': 'currency_code'},
                    'lost': 'is_inferred',
                },
                'stg_marketing__ad_spend': {
                    'mentions': {'currency_code': 'currency_code'},
                    'lost': 'is_inferred',
                },
            },
        },
        'physical_reason': {
            'dist': 'Facts lie by order: it would move in every join. Hundreds of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
    where {{ is_affected() }}
),

int_returns__unite_lines as (
    select * from {{ ref('int_returns__unite_lines') }}
    where {{ is_affected() }}
),

stg_payments__transactions as (
    select * from {{ ref('stg_payments__transactions') }}
    where {{ is_affected() }}
),

int_products__track_price_history as (
    select * from {{ ref('int_products__track_price_history') }}
    where {{ is_affected() }}
),

stg_payments__settlements as (
    select * from {{ ref('stg_payments__settlements') }}
    where {{ is_affected() }}
),

stg_marketing__ad_spend as (
    select * from {{ ref('stg_marketing__ad_spend') }}
    where {{ is_affected() }}
),

named_by_facts as (
    select currency_code from int_orders__unite_orders

    union

    select currency_code from int_returns__unite_lines

    union

    select currency_code from stg_payments__transactions

    union

    select currency_code from int_products__track_price_history

    union

    select currency_code from stg_payments__settlements

    union

    select currency_code from stg_marketing__ad_spend
),

inferred as (
    select named_by_facts.currency_code
    from named_by_facts
    left join currencies
        on named_by_facts.currency_code = currencies.currency_code
    where
        named_by_facts.currency_code is not null
        and currencies.currency_code is null
),

added_members as (
    select
        {{ hash_key(['currency_code']) }} as currency_key,
        currency_code,
        currency_name,
        minor_unit_digits,
        false as is_inferred
    from currencies

    union all

    select
        {{ hash_key(['currency_code']) }} as currency_key,
        currency_code,
        currency_code as currency_name,
        cast(null as integer) as minor_unit_digits,
        true as is_inferred
    from inferred

    union all

    select
        member_key as currency_key,
        cast(null as varchar(3)) as currency_code,
        member_name as currency_name,
        cast(null as integer) as minor_unit_digits,
        false as is_inferred
    from {{ missing_members() }}
),

dim_currency as (
    select
        ---------- keys
        currency_key,
        currency_code,

        ---------- attributes
        currency_name,
        minor_unit_digits,

        ---------- flags
        is_inferred
    from added_members
)

select * from dim_currency
