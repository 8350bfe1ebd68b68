{% snapshot snp_crm__contacts %}

{{ config(
    schema='vault',
    unique_key='contact_id',
    strategy='check',
    check_cols=[
        'first_name', 'last_name', 'email', 'phone', 'birth_date', 'street', 'postal_code', 'city', 'region',
        'country_code', 'lifecycle_status', 'has_consent', 'origin', 'updated_at',
    ],
    updated_at='dump_at',
    hard_deletes='new_record',
    dbt_valid_to_current="cast('9999-12-31' as timestamp)",
    meta={
        'dump_column': 'dump_at',
        'recompute': {
            'by': '_file_version',
            'after': {'stg_crm__contacts': '_file_version'},
        },
    },
) }}

-- Not the strategy timestamp, although updated_at rises with every change: it would date a contact that comes
-- back by its last change, before it vanished. So updated_at is compared, and the dump gives the date.
-- The change log of the staging table says which dumps are new or read otherwise than before; the view has
-- no log. depends_on: {{ ref('stg_crm__contacts') }}
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
    dump_at
from {{ ref('int_crm__select_complete_dumps') }}

{% endsnapshot %}
