{{ config(
    unique_key=['contact_id', '_file'],
    meta={'recompute': {
        'by': '_file_version',
        'after': {'bronze_crm__contacts': '_file_version'},
    }, 'trace': {
        'bronze_crm__contacts': {'_file_version': '_file_version', 'contact_id': 'trim(contact_id)'},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_crm__contacts as (
    select
        *,
        -- A dump that has a rejected record is not applied: a whole copy of it counts before it.
        max(case when _status = 'rejected' then 1 else 0 end) over (partition by _file) as _is_damaged
    from {{ ref('bronze_crm__contacts') }}
    where {{ is_affected('_file_version') }}
),

standardised as (
    select
        cast(nullif(trim(contact_id), '') as varchar(64)) as contact_id,
        cast(nullif(trim(first_name), '') as varchar(128)) as first_name,
        cast(nullif(trim(last_name), '') as varchar(128)) as last_name,
        cast(lower(nullif(trim(email), '')) as varchar(256)) as email,
        cast(nullif(trim(phone), '') as varchar(64)) as phone,
        {{ try_cast_text('birth_date', 'date') }} as birth_date,
        address,
        cast(nullif(trim({{ json_text('address', 'street') }}), '') as varchar(256)) as street,
        cast(nullif(trim({{ json_text('address', 'postal_code') }}), '') as varchar(32)) as postal_code,
        cast(nullif(trim({{ json_text('address', 'city') }}), '') as varchar(128)) as city,
        cast(nullif(trim({{ json_text('address', 'region') }}), '') as varchar(128)) as region,
        cast(upper(nullif(trim({{ json_text('address', 'country_code') }}), '')) as varchar(2))
            as country_code,
        cast(lower(nullif(trim(lifecycle_status), '')) as varchar(32)) as lifecycle_status,
        {{ try_cast_text('has_consent', 'boolean') }} as has_consent,
        cast(lower(nullif(trim(origin), '')) as varchar(32)) as origin,
        {{ try_cast_text('created_at', 'timestamp') }} as created_at,
        {{ try_cast_text('updated_at', 'timestamp') }} as updated_at,
        _file,
        _file_version,
        _is_damaged,
        _landed_at,
        _run_id
    from bronze_crm__contacts
    where _status = 'loaded'
),

numbered as (
    select
        *,
        {{ copy_number('crm', 'contacts') | indent(8) }} as _copy
    from standardised
),

stg_crm__contacts as (
    select
        contact_id,
        first_name,
        last_name,
        email,
        phone,
        birth_date,
        street,
        postal_code,
        city,
        region,
        country_code,
        lifecycle_status,
        has_consent,
        origin,
        created_at,
        updated_at,

        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_crm__contacts
