-- One row is one customer as last known: the current version of dim_customer, for questions about customers
-- as they are now. Facts join it on customer_durable_key, never on the key of a version.
{{ config(materialized='view') }}

with

dim_customer as (
    select * from {{ ref('dim_customer') }}
),

dim_customer_current as (
    select
        customer_durable_key,
        customer_id,
        master_customer_id,
        segment,
        country_code,
        address_city,
        address_region,
        address_country_code,
        has_marketing_consent,
        preferred_language,
        registered_date,
        is_deleted,
        is_inferred
    from dim_customer
    where is_current
)

select * from dim_customer_current
