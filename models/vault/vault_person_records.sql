-- One row is one record of a person in a source, as last known and in a form that can be compared: an account
-- of the shop, a loyalty card, a contact of the CRM. Contains deleted accounts and contacts that were
-- removed: orders and interactions still name them. Leaves out cards that the shop deleted. Restricted: it
-- serves the question who is who, and nothing else.
-- Read by int_identity__block_pairs, int_identity__score_pairs and int_identity__connect_groups.
{{ config(
    unique_key='record_id',
    dist='record_id',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'vault_customers': 'all',
                'int_customers__merge_history': 'all',
                'stg_shop__loyalty_cards': 'all',
                'snp_crm__contacts': 'all',
            },
        },
        'trace': {
            'vault_customers': {'record_id': "'shop:' || customer_id"},
            'int_customers__merge_history': {'record_id': "'shop:' || customer_id"},
            'stg_shop__loyalty_cards': {'record_id': "'loyalty:' || card_number"},
            'snp_crm__contacts': {'record_id': "'crm:' || contact_id"},
        },
        'physical_reason': {'dist': 'Pairs look their records up by id.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

vault_customers as (
    select * from {{ ref('vault_customers') }}
    where {{ is_affected() }}
),

int_customers__merge_history as (
    select * from {{ ref('int_customers__merge_history') }}
    where {{ is_affected() }}
),

stg_shop__loyalty_cards as (
    select * from {{ ref('stg_shop__loyalty_cards') }}
    where {{ is_affected() }}
),

snp_crm__contacts as (
    select * from {{ ref('snp_crm__contacts') }}
    where {{ is_affected() }}
),

calling_codes as (
    select * from {{ ref('calling_codes') }}
),

current_cards as (
    {{ latest_change('stg_shop__loyalty_cards', key='card_number') | indent(4) }}
),

united as (
    select
        'shop' as source_system,
        vault_customers.customer_id as source_record_id,
        cast(null as varchar(64)) as linked_customer_id,
        vault_customers.first_name,
        vault_customers.last_name,
        vault_customers.email,
        vault_customers.phone,
        vault_customers.birth_date,
        history.street,
        history.postal_code,
        coalesce(history.country_code, history.address_country_code) as country_code
    from vault_customers
    left join int_customers__merge_history as history
        on
            vault_customers.customer_id = history.customer_id
            and history.is_current

    union all

    select
        'loyalty' as source_system,
        card_number as source_record_id,
        customer_id as linked_customer_id,
        first_name,
        last_name,
        email,
        phone,
        birth_date,
        street,
        postal_code,
        country_code
    from current_cards

    union all

    select
        'crm' as source_system,
        contact_id as source_record_id,
        cast(null as varchar(64)) as linked_customer_id,
        first_name,
        last_name,
        email,
        phone,
        birth_date,
        street,
        postal_code,
        country_code
    from snp_crm__contacts
    where dbt_valid_to = cast('9999-12-31' as timestamp)
),

vault_person_records as (
    select
        cast(united.source_system || ':' || united.source_record_id as varchar(80)) as record_id,
        cast(united.source_system as varchar(16)) as source_system,
        united.source_record_id,
        cast('shop:' || united.linked_customer_id as varchar(80)) as linked_record_id,
        {{ comparable_name('united.first_name') }} as first_name,
        {{ comparable_name('united.last_name') }} as last_name,
        {{ comparable_email('united.email') }} as email,
        {{ comparable_phone('united.phone', 'calling_codes.calling_code') }} as phone,
        united.birth_date,
        cast(
            {{ comparable_street('united.street') }}
            || '|' || {{ comparable_postal_code('united.postal_code') }}
            as varchar(300)
        ) as home
    from united
    left join calling_codes
        on united.country_code = calling_codes.country_code
)

select * from vault_person_records
