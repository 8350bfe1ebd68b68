-- One row is one version of a customer (type 2: address, country, segment, consent), with the tokens,
-- language, registration and person as last known on every version (type 1). Contains members -1 (unknown)
-- and -2 (not applicable), and an inferred member for every customer that facts name and the shop has not
-- sent (yet). Leaves out personal data (vault).
{{ config(
    unique_key='customer_key',
    dist='all',
    sort='customer_id',
    meta={
        'recompute': {
            'by': 'customer_id',
            'after': {
                'int_customers__merge_history': 'customer_id',
                'vault_customers': 'customer_id',
                'int_identity__connect_groups': {
                    'key': 'customer_id',
                    'reads': ['customer_id', 'master_customer_id'],
                },
                'int_orders__unite_orders': {
                    'mentions': {'customer_id': 'customer_id'},
                    'lost': 'is_inferred',
                },
                'int_returns__unite_lines': {
                    'mentions': {'customer_id': 'customer_id'},
                    'lost': 'is_inferred',
                },
                'int_web__number_sessions': {
                    'mentions': {'customer_id': 'customer_id'},
                    'lost': 'is_inferred',
                },
            },
            'log': ['customer_durable_key', 'country_code', 'valid_from', 'valid_to'],
        },
        'trace': {
            'int_identity__connect_groups': {'master_customer_id': 'master_customer_id'},
        },
        'physical_reason': {
            'dist': 'Facts lie by order, so it would move in every join; under 3 million rows.',
            'sort': 'Versions of one customer lie side by side.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_customers__merge_history as (
    select * from {{ ref('int_customers__merge_history') }}
    where {{ is_affected('customer_id') }}
),

vault_customers as (
    select * from {{ ref('vault_customers') }}
    where {{ is_affected('customer_id') }}
),

int_identity__connect_groups as (
    select * from {{ ref('int_identity__connect_groups') }}
    where {{ is_affected('customer_id') }}
),

salt as (
    select salt from {{ source('vault', 'salt') }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
    where {{ is_affected('customer_id', of='int_orders__unite_orders') }}
),

int_returns__unite_lines as (
    select * from {{ ref('int_returns__unite_lines') }}
    where {{ is_affected('customer_id', of='int_returns__unite_lines') }}
),

int_web__number_sessions as (
    select * from {{ ref('int_web__number_sessions') }}
    where {{ is_affected('customer_id', of='int_web__number_sessions') }}
),

tokens as (
    select
        vault_customers.customer_id,
        {{ token('vault_customers.email', 'salt.salt') }} as email_token,
        {{ token('vault_customers.phone', 'salt.salt') }} as phone_token,
        vault_customers.preferred_language,
        cast(vault_customers.registered_at as date) as registered_date
    from vault_customers
    cross join salt
),

known as (
    select
        history.customer_id,
        history.segment,
        history.country_code,
        history.has_marketing_consent,
        history.address_city,
        history.address_region,
        history.address_country_code,
        {{ token("history.street || '|' || coalesce(history.postal_code, '')", 'salt.salt') }}
            as address_token,
        tokens.email_token,
        tokens.phone_token,
        tokens.preferred_language,
        tokens.registered_date,
        coalesce(
            persons.master_customer_id, cast('shop:' || history.customer_id as varchar(80))
        ) as master_customer_id,
        history.is_deleted,
        false as is_inferred,
        history.is_current,
        history.valid_from,
        history.valid_to
    from int_customers__merge_history as history
    cross join salt
    left join tokens
        on history.customer_id = tokens.customer_id
    left join int_identity__connect_groups as persons
        on history.customer_id = persons.customer_id
),

named_by_facts as (
    select customer_id from int_orders__unite_orders

    union

    select customer_id from int_returns__unite_lines

    union

    select customer_id from int_web__number_sessions
),

-- Its key is the one that the first version will have, so facts keep it when the customer arrives.
inferred as (
    select named_by_facts.customer_id
    from named_by_facts
    left join int_customers__merge_history as history
        on
            named_by_facts.customer_id = history.customer_id
            and history.is_current
    where
        named_by_facts.customer_id is not null
        and history.customer_id is null
),

-- Members -1 and -2, and inferred ones, of which nothing but their identity is known.
bare as (
    select
        customer_id,
        {{ hash_key(['customer_id', "'1900-01-01 00:00:00'"]) }} as customer_key,
        {{ hash_key(['customer_id']) }} as customer_durable_key,
        true as is_inferred
    from inferred

    union all

    select
        cast(null as varchar(64)) as customer_id,
        member_key as customer_key,
        member_key as customer_durable_key,
        false as is_inferred
    from {{ missing_members() }}
),

dim_customer as (
    select
        {{ hash_key(['customer_id', 'cast(valid_from as varchar(19))']) }} as customer_key,
        {{ hash_key(['customer_id']) }} as customer_durable_key,
        known.*
    from known

    union all

    select
        customer_key,
        customer_durable_key,
        customer_id,
        {{ unknown_attributes({
            'segment': 'varchar(32)', 'country_code': 'varchar(2)', 'has_marketing_consent': 'boolean',
            'address_city': 'varchar(128)', 'address_region': 'varchar(128)',
            'address_country_code': 'varchar(2)',
            'address_token': 'varchar(64)', 'email_token': 'varchar(64)', 'phone_token': 'varchar(64)',
            'preferred_language': 'varchar(8)', 'registered_date': 'date',
        }) | indent(8) }},
        cast('shop:' || customer_id as varchar(80)) as master_customer_id,
        false as is_deleted,
        is_inferred,
        true as is_current,
        cast('1900-01-01' as timestamp) as valid_from,
        cast('9999-12-31' as timestamp) as valid_to
    from bare
)

select * from dim_customer
