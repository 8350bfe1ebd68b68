{{ config(group='customer') }}

-- Guards the interactions of mart_customer_360: of each person with an account its accounts sum to what its
-- contacts have in fct_interactions and name the last moment, one account at most has any, and no count is
-- without a moment.

with

mart_customer_360 as (
    select * from {{ ref('mart_customer_360') }}
),

bridge_customer_records as (
    select * from {{ ref('bridge_customer_records') }}
    where source_system = 'crm'
),

fct_interactions as (
    select * from {{ ref('fct_interactions') }}
),

found as (
    select
        master_customer_id,
        sum(interaction_count) as interaction_count,
        max(last_interaction_at) as last_interaction_at,
        sum(case when interaction_count > 0 then 1 else 0 end) as account_count,
        sum(case when last_interaction_at is not null then 1 else 0 end) as dated_account_count
    from mart_customer_360
    group by master_customer_id
),

-- By the identifier of the contact, not by its key.
expected as (
    select
        contacts.master_customer_id,
        count(*) as interaction_count,
        max(interactions.occurred_at) as last_interaction_at
    from fct_interactions as interactions
    inner join bridge_customer_records as contacts
        on interactions.contact_id = contacts.source_record_id
    group by contacts.master_customer_id
),

assert_persons_sum_to_their_interactions as (
    select
        found.*,
        expected.interaction_count as expected_interaction_count,
        expected.last_interaction_at as expected_last_interaction_at
    from found
    left join expected
        on found.master_customer_id = expected.master_customer_id
    where
        found.interaction_count != coalesce(expected.interaction_count, 0)
        or coalesce(found.last_interaction_at, cast('1900-01-01' as timestamp))
        != coalesce(expected.last_interaction_at, cast('1900-01-01' as timestamp))
        or found.account_count > 1
        or found.account_count != found.dated_account_count
)

select * from assert_persons_sum_to_their_interactions
