-- One row is one customer of the shop as last known, with the personal data that gold holds only as tokens.
-- Restricted: for erasure requests, service desks and letters, never for analysis. Deleted customers stay
-- until erased.
-- Read by dim_customer, which turns it into tokens.
{{ config(
    unique_key='customer_id',
    dist='all',
    sort='customer_id',
    meta={
        'recompute': {
            'by': 'customer_id',
            'after': {
                'stg_shop__customers': 'customer_id',
            },
        },
        'physical_reason': {
            'dist': 'Like dim_customer, which reads it; under 3 million rows.',
            'sort': 'Erasure requests look for one customer.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__customers as (
    select * from {{ ref('stg_shop__customers') }}
    where {{ is_affected('customer_id') }}
),

last_known as (
    {{ latest_change('stg_shop__customers', key='customer_id', before_delete=true) | indent(4) }}
),

vault_customers as (
    select
        customer_id,
        email,
        first_name,
        last_name,
        phone,
        birth_date,
        preferred_language,
        registered_at
    from last_known
)

select * from vault_customers
