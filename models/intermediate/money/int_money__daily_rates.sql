-- One row is the rate of one currency to the reporting currency from one day until the next day that has one:
-- units of the reporting currency for one unit. Stated rates come first, then inverted ones, then cross rates
-- over a common base. Leaves out the reporting currency itself, and rates so far off that their inverse or
-- cross has no place in decimal(18,10): a slip of the source must not stop the run. Read by
-- int_orders__value_lines, fct_payments and fct_returns.
{{ config(
    unique_key=['currency_code', 'valid_from_date'],
    meta={'recompute': {
        'by': 'all',
        'after': {
            'stg_fx__rates': 'all',
        },
        'log': ['valid_to_date', 'rate_to_reporting', 'rate_origin'],
    }, 'trace': {
        'stg_fx__rates': {'valid_from_date': 'rate_date'},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_fx__rates as (
    select * from {{ ref('stg_fx__rates') }}
    where
        rate > 0
        and {{ is_affected() }}
),

stated as (
    select
        rate_date,
        base_currency as currency_code,
        rate as rate_to_reporting,
        'stated' as rate_origin,
        1 as preference,
        base_currency as pivot_currency
    from stg_fx__rates
    where quote_currency = '{{ var("reporting_currency") }}'
),

inverted as (
    select
        rate_date,
        quote_currency as currency_code,
        {{ ratio('1', 'rate', 10) }} as rate_to_reporting,
        'inverted' as rate_origin,
        2 as preference,
        quote_currency as pivot_currency
    from stg_fx__rates
    where
        base_currency = '{{ var("reporting_currency") }}'
        and rate >= 0.0000001
),

crossed as (
    select
        from_pivot.rate_date,
        from_pivot.quote_currency as currency_code,
        {{ ratio('to_reporting.rate', 'from_pivot.rate', 10) }} as rate_to_reporting,
        'crossed' as rate_origin,
        3 as preference,
        from_pivot.base_currency as pivot_currency
    from stg_fx__rates as from_pivot
    inner join stg_fx__rates as to_reporting
        on
            from_pivot.rate_date = to_reporting.rate_date
            and from_pivot.base_currency = to_reporting.base_currency
    where
        to_reporting.quote_currency = '{{ var("reporting_currency") }}'
        and to_reporting.rate < cast(from_pivot.rate as decimal(28, 10)) * 10000000
),

candidates as (
    select * from stated

    union all

    select * from inverted

    union all

    select * from crossed
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code, rate_date
            order by preference asc nulls last, pivot_currency asc nulls last
        ) as choice
    from candidates
    where currency_code != '{{ var("reporting_currency") }}'
),

int_money__daily_rates as (
    select
        currency_code,
        rate_date as valid_from_date,
        coalesce(
            lead(rate_date) over (partition by currency_code order by rate_date asc nulls last),
            cast('9999-12-31' as date)
        ) as valid_to_date,
        rate_to_reporting,
        rate_origin
    from ranked
    where choice = 1
)

select * from int_money__daily_rates
