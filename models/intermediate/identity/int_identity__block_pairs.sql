-- One row is one pair of records that may be of one person: they have an e-mail address, a telephone number
-- or a home in common, or one names the other. Leaves out values that more than 50 records have: a
-- switchboard or a placeholder tells nobody apart, and its pairs would grow with its square.
-- Read by int_identity__score_pairs.
{{ config(
    unique_key=['record_id', 'other_record_id'],
    meta={'recompute': {
        'by': 'all',
        'after': {
            'vault_person_records': 'all',
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

keys as (
    select
        record_id,
        'email' as block_type,
        email as block_value
    from vault_person_records
    where email is not null

    union all

    select
        record_id,
        'phone' as block_type,
        phone as block_value
    from vault_person_records
    where phone is not null

    union all

    select
        record_id,
        'home' as block_type,
        home as block_value
    from vault_person_records
    where home is not null
),

counted as (
    select
        *,
        count(*) over (partition by block_type, block_value) as block_size
    from keys
),

blocks as (
    select
        record_id,
        block_type,
        block_value
    from counted
    where block_size between 2 and 50
),

shared as (
    select
        blocks.record_id,
        others.record_id as other_record_id,
        blocks.block_type
    from blocks
    inner join blocks as others
        on
            blocks.block_type = others.block_type
            and blocks.block_value = others.block_value
            and blocks.record_id < others.record_id

    union all

    -- A card names its account: 'loyalty:...' comes before 'shop:...'.
    select
        cards.record_id,
        cards.linked_record_id as other_record_id,
        'link' as block_type
    from vault_person_records as cards
    inner join vault_person_records as accounts
        on cards.linked_record_id = accounts.record_id
),

int_identity__block_pairs as (
    select
        record_id,
        other_record_id,
        max(case when block_type = 'email' then 1 else 0 end) = 1 as has_same_email,
        max(case when block_type = 'phone' then 1 else 0 end) = 1 as has_same_phone,
        max(case when block_type = 'home' then 1 else 0 end) = 1 as has_same_home,
        max(case when block_type = 'link' then 1 else 0 end) = 1 as is_linked
    from shared
    group by
        record_id,
        other_record_id
)

select * from int_identity__block_pairs
