-- One row is one way to pay. Contains an inferred member for every code that facts name and the seed lacks,
-- so that no amount loses its code, and the members -1 unknown and -2 not applicable.
{{ config(
    unique_key='payment_method_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'stg_payments__transactions': {
                    'mentions': {'payment_method_code': 'payment_method'},
                    'lost': 'is_inferred',
                },
            },
        },
        'physical_reason': {
            'dist': 'Payments lie by order: it would move in every join. A handful of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

payment_methods as (
    select * from {{ ref('payment_methods') }}
),

stg_payments__transactions as (
    select * from {{ ref('stg_payments__transactions') }}
    where {{ is_affected() }}
),

named_by_facts as (
    select distinct payment_method as payment_method_code from stg_payments__transactions
),

inferred as (
    select named_by_facts.payment_method_code
    from named_by_facts
    left join payment_methods
        on named_by_facts.payment_method_code = payment_methods.payment_method_code
    where
        named_by_facts.payment_method_code is not null
        and payment_methods.payment_method_code is null
),

added_members as (
    select
        {{ hash_key(['payment_method_code']) }} as payment_method_key,
        payment_method_code,
        payment_method_name,
        payment_method_group,
        false as is_inferred
    from payment_methods

    union all

    select
        {{ hash_key(['payment_method_code']) }} as payment_method_key,
        payment_method_code,
        payment_method_code as payment_method_name,
        cast(null as varchar(16)) as payment_method_group,
        true as is_inferred
    from inferred

    union all

    select
        member_key as payment_method_key,
        cast(null as varchar(32)) as payment_method_code,
        member_name as payment_method_name,
        cast(null as varchar(16)) as payment_method_group,
        false as is_inferred
    from {{ missing_members() }}
),

dim_payment_method as (
    select
        ---------- keys
        payment_method_key,
        payment_method_code,

        ---------- attributes
        payment_method_name,
        payment_method_group,

        ---------- flags
        is_inferred
    from added_members
)

select * from dim_payment_method
