{{ config(materialized='view') }}

-- One row is one contact in one dump of the CRM. Leaves out every dump with a rejected record: a contact that
-- is missing from a dump reads as removed, so a damaged dump must not be applied. Read by snp_crm__contacts.

with

stg_crm__contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

bronze_crm__contacts as (
    select * from {{ ref('bronze_crm__contacts') }}
),

damaged_dumps as (
    select distinct _file
    from bronze_crm__contacts
    where _status = 'rejected'
),

int_crm__select_complete_dumps as (
    select
        contacts.contact_id,
        contacts.first_name,
        contacts.last_name,
        contacts.email,
        contacts.phone,
        contacts.birth_date,
        contacts.street,
        contacts.postal_code,
        contacts.city,
        contacts.region,
        contacts.country_code,
        contacts.lifecycle_status,
        contacts.has_consent,
        contacts.origin,
        contacts.created_at,
        contacts.updated_at,
        {{ produced_at('contacts._file_version') }} as dump_at
    from stg_crm__contacts as contacts
    left join damaged_dumps
        on contacts._file = damaged_dumps._file
    where damaged_dumps._file is null
)

select * from int_crm__select_complete_dumps
