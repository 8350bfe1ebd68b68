{{ config(group='customer') }}

-- Guards the border of the vault: what dim_customer shows of e-mail, phone and street is 64 hexadecimal
-- digits and nothing else, and one address of e-mail has one token, so that counting tokens counts addresses.

with

dim_customer as (
    select * from {{ ref('dim_customer') }}
),

tokens as (
    select email_token as token from dim_customer

    union all

    select phone_token as token from dim_customer

    union all

    select address_token as token from dim_customer
),

findings as (
    select
        'a token that is no hash' as finding,
        count(*) as finding_count
    from tokens
    where
        length(token) != 64
        or translate(token, '0123456789abcdef', '') != ''

    union all

    select
        'e-mail addresses less their tokens' as finding,
        (select count(distinct email) from {{ ref('vault_customers') }})
        - (select count(distinct email_token) from dim_customer) as finding_count
),

assert_tokens_hide_their_values as (
    select *
    from findings
    where finding_count != 0
)

select * from assert_tokens_hide_their_values
