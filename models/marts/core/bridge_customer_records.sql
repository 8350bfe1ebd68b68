-- One row is one record of a person in a source (an account of the shop, a loyalty card, a contact of the
-- CRM) with the person it belongs to, and the best match that says so. The map of all sources to persons:
-- read it to gather what several sources know of one. A new clustering changes this and dim_customer, and no
-- fact.
{{ config(
    unique_key='record_id',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'int_identity__connect_groups': 'all',
                'int_identity__score_pairs': 'all',
            },
        },
        'trace': {
            'int_identity__connect_groups': {'master_customer_id': 'master_customer_id'},
            'int_identity__score_pairs': [{'record_id': 'record_id'}, {'record_id': 'other_record_id'}],
        },
        'physical_reason': {
            'dist': 'Like dim_customer, which it is joined to; some rows per customer.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_identity__connect_groups as (
    select * from {{ ref('int_identity__connect_groups') }}
    where {{ is_affected() }}
),

int_identity__score_pairs as (
    select * from {{ ref('int_identity__score_pairs') }}
    where {{ is_affected() }}
),

-- Seen from both of its records.
matches as (
    select
        record_id,
        other_record_id as matched_record_id,
        match_rule,
        match_score
    from int_identity__score_pairs
    where match_rule is not null

    union all

    select
        other_record_id as record_id,
        record_id as matched_record_id,
        match_rule,
        match_score
    from int_identity__score_pairs
    where match_rule is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by record_id
            order by match_score desc nulls last, match_rule asc nulls last, matched_record_id asc nulls last
        ) as preference
    from matches
),

bridge_customer_records as (
    select
        ---------- keys
        members.record_id,
        {{ hash_key(['members.record_id']) }} as record_key,

        ---------- foreign keys
        cast(
            case when leaders.customer_id is null then -2 else {{ hash_key(['leaders.customer_id']) }} end
            as bigint
        ) as person_customer_durable_key,
        members.master_customer_id,

        ---------- attributes
        members.source_system,
        members.source_record_id,
        ranked.matched_record_id,
        ranked.match_rule,

        ---------- measures
        ranked.match_score,
        members.record_count
    from int_identity__connect_groups as members
    inner join int_identity__connect_groups as leaders
        on members.master_customer_id = leaders.record_id
    left join ranked
        on
            members.record_id = ranked.record_id
            and ranked.preference = 1
)

select * from bridge_customer_records
