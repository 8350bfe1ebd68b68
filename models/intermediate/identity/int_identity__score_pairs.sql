-- One row is one pair of records that may be of one person, with how alike they are, the rule that says that
-- they are one (null: none does) and a score. Contains the pairs that were compared and refused.
-- Read by int_identity__connect_groups.
{{ config(
    unique_key=['record_id', 'other_record_id'],
    meta={'recompute': {
        'by': 'all',
        'after': {
            'vault_person_records': 'all',
            'int_identity__block_pairs': 'all',
        },
    }, 'trace': {
        'vault_person_records': [{'record_id': 'record_id'}, {'other_record_id': 'record_id'}],
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

vault_person_records as (
    select * from {{ ref('vault_person_records') }}
    where {{ is_affected() }}
),

int_identity__block_pairs as (
    select * from {{ ref('int_identity__block_pairs') }}
    where {{ is_affected() }}
),

compared as (
    select
        pairs.*,
        record.first_name,
        record.last_name,
        others.first_name as other_first_name,
        others.last_name as other_last_name,
        substring(record.first_name, 1, 1) = substring(others.first_name, 1, 1) as has_same_initial,
        length(record.first_name) = 1 or length(others.first_name) = 1 as has_initial_only,
        case
            when record.birth_date is null or others.birth_date is null then 'unknown'
            when record.birth_date = others.birth_date then 'same'
            when {{ is_date_slip('record.birth_date', 'others.birth_date') }} then 'slip'
            else 'other'
        end as birth_date_comparison
    from int_identity__block_pairs as pairs
    inner join vault_person_records as record
        on pairs.record_id = record.record_id
    inner join vault_person_records as others
        on pairs.other_record_id = others.record_id
),

names as (
    select
        first_name as text,
        other_first_name as other_text
    from compared

    union

    select
        last_name as text,
        other_last_name as other_text
    from compared

    union

    select
        first_name as text,
        other_last_name as other_text
    from compared

    union

    select
        last_name as text,
        other_first_name as other_text
    from compared
),

similarities as (
    {{ bigram_similarities('names') | indent(4) }}
),

measured as (
    select
        compared.*,
        -- An initial is as good as the name that it begins.
        case
            when compared.has_same_initial and compared.has_initial_only then 1
            else coalesce(first_names.similarity, 0)
        end as first_name_similarity,
        coalesce(last_names.similarity, 0) as last_name_similarity,
        coalesce(first_by_last.similarity, 0) as first_by_last_similarity,
        coalesce(last_by_first.similarity, 0) as last_by_first_similarity
    from compared
    left join similarities as first_names
        on
            compared.first_name = first_names.text
            and compared.other_first_name = first_names.other_text
    left join similarities as last_names
        on
            compared.last_name = last_names.text
            and compared.other_last_name = last_names.other_text
    left join similarities as first_by_last
        on
            compared.first_name = first_by_last.text
            and compared.other_last_name = first_by_last.other_text
    left join similarities as last_by_first
        on
            compared.last_name = last_by_first.text
            and compared.other_first_name = last_by_first.other_text
),

-- Of the lesser of the two, or a partner of the same family name would be taken for somebody whose names are
-- exchanged.
crossed as (
    select
        *,
        least(first_by_last_similarity, last_by_first_similarity) as exchanged_name_similarity
    from measured
),

judged as (
    select
        *,
        case
            when is_linked then 'linked_account'
            -- Born on another day: somebody else, and most of those who share a home or a mailbox.
            when birth_date_comparison = 'other' then null
            when has_same_email and exchanged_name_similarity >= 0.6 then 'email_and_exchanged_names'
            when has_same_email and has_same_initial then 'email_and_initial'
            -- Exchanged, and the family name is another since: the day of birth has to be the same.
            when
                has_same_email and birth_date_comparison = 'same'
                and greatest(first_by_last_similarity, last_by_first_similarity) >= 0.9
                then 'email_and_one_exchanged_name'
            when has_same_phone and exchanged_name_similarity >= 0.6 then 'phone_and_exchanged_names'
            -- A number can have had another owner: a name besides the initial.
            when
                has_same_phone and has_same_initial
                and (first_name_similarity >= 0.5 or last_name_similarity >= 0.5)
                then 'phone_and_name'
            when has_same_home and has_same_initial and birth_date_comparison = 'same'
                then 'home_and_birth_date'
        end as match_rule
    from crossed
),

int_identity__score_pairs as (
    select
        record_id,
        other_record_id,
        has_same_email,
        has_same_phone,
        has_same_home,
        is_linked,
        cast(birth_date_comparison as varchar(16)) as birth_date_comparison,
        has_same_initial,
        cast(first_name_similarity as decimal(18, 4)) as first_name_similarity,
        cast(last_name_similarity as decimal(18, 4)) as last_name_similarity,
        cast(exchanged_name_similarity as decimal(18, 4)) as exchanged_name_similarity,
        cast(match_rule as varchar(32)) as match_rule,
        -- Points for what agrees; a linked account is certain.
        case
            when is_linked then cast(1 as decimal(18, 4))
            else cast(round(least(
                1,
                case when has_same_email then 0.3 else 0 end
                + case when has_same_phone then 0.3 else 0 end
                + case when has_same_home then 0.2 else 0 end
                + case birth_date_comparison when 'same' then 0.2 when 'slip' then 0.1 else 0 end
                + 0.15 * greatest(first_name_similarity, exchanged_name_similarity)
                + 0.15 * greatest(last_name_similarity, exchanged_name_similarity)
            ), 4) as decimal(18, 4))
        end as match_score
    from judged
)

select * from int_identity__score_pairs
