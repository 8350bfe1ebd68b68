-- One row is one interaction with a contact of the CRM, as the newest dump has it: what is missing there was
-- removed. Contains those of contacts that no list of contacts names. Leaves out every dump with a rejected
-- record, in which more is missing than was removed; an empty one does not count either. The person is in
-- bridge_customer_records, so that a new clustering moves no row here.
{{ config(
    unique_key='interaction_id',
    sort='occurred_date',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'stg_crm__interactions': 'all',
                'bronze_crm__interactions': 'all',
            },
        },
        'trace': {
            'bronze_crm__interactions': {'interaction_id': 'trim(interaction_id)'},
        },
        'physical_reason': {
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_crm__interactions as (
    select * from {{ ref('stg_crm__interactions') }}
    where {{ is_affected() }}
),

bronze_crm__interactions as (
    select * from {{ ref('bronze_crm__interactions') }}
    where {{ is_affected() }}
),

damaged_dumps as (
    select distinct _file
    from bronze_crm__interactions
    where _status = 'rejected'
),

of_whole_dumps as (
    select
        interactions.*,
        cast(interactions.occurred_at as date) as occurred_date,
        max(interactions._file_version) over () as newest_file_version
    from stg_crm__interactions as interactions
    left join damaged_dumps
        on interactions._file = damaged_dumps._file
    where damaged_dumps._file is null
),

fct_interactions as (
    select
        ---------- keys
        interaction_id,

        ---------- foreign keys
        {{ member_key('occurred_date', calendar_key('occurred_date')) }} as occurred_date_key,
        -- The key of the contact's record in bridge_customer_records, which knows the person.
        {{ hash_key(["'crm:' || contact_id"]) }} as contact_key,

        ---------- attributes
        contact_id,
        interaction_type,
        direction,
        topic,
        outcome,

        ---------- measures
        duration_seconds,
        satisfaction_score,

        ---------- dates and timestamps
        occurred_date,
        occurred_at
    from of_whole_dumps
    where _file_version = newest_file_version
)

select * from fct_interactions
