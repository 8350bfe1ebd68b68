-- One row is one way to pay, or one of the members -1 unknown and -2 not applicable.
{{ config(materialized='table', dist='all', sort='payment_method_key') }}

with

payment_methods as (
    select * from {{ ref('payment_methods') }}
),

added_members as (
    select
        {{ hash_key(['payment_method_code']) }} as payment_method_key,
        payment_method_code,
        payment_method_name,
        payment_method_group
    from payment_methods
    union all
    select
        -1 as payment_method_key,
        null as payment_method_code,
        'Unknown' as payment_method_name,
        null as payment_method_group
    union all
    select
        -2 as payment_method_key,
        null as payment_method_code,
        'Not applicable' as payment_method_name,
        null as payment_method_group
),

dim_payment_method as (
    select
        ---------- keys
        payment_method_key,
        payment_method_code,

        ---------- attributes
        payment_method_name,
        payment_method_group
    from added_members
)

select * from dim_payment_method
