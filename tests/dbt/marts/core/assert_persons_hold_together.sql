{{ config(group='customer') }}

-- Guards the map of records to persons: the two records of every match have one person (the rounds of
-- int_identity__connect_groups reached the end), a person is named after a record of its own, every record of
-- the vault is in the map, and dim_customer says of an account what the map says.

with

bridge_customer_records as (
    select * from {{ ref('bridge_customer_records') }}
),

findings as (
    select
        'a match between two persons' as finding,
        count(*) as finding_count
    from {{ ref('int_identity__score_pairs') }} as pairs
    inner join bridge_customer_records as mapped
        on pairs.record_id = mapped.record_id
    inner join bridge_customer_records as counterparts
        on pairs.other_record_id = counterparts.record_id
    where
        pairs.match_rule is not null
        and mapped.master_customer_id != counterparts.master_customer_id

    union all

    select
        'a person named after a record of somebody else' as finding,
        count(*) as finding_count
    from bridge_customer_records as mapped
    left join bridge_customer_records as leaders
        on
            mapped.master_customer_id = leaders.record_id
            and leaders.record_id = leaders.master_customer_id
    where leaders.record_id is null

    union all

    select
        'a record that the map lacks' as finding,
        count(*) as finding_count
    from {{ ref('vault_person_records') }} as known
    left join bridge_customer_records as mapped
        on known.record_id = mapped.record_id
    where mapped.record_id is null

    union all

    select
        'a customer with another person than in the map' as finding,
        count(*) as finding_count
    from {{ ref('dim_customer') }} as customers
    inner join bridge_customer_records as mapped
        on
            customers.customer_id = mapped.source_record_id
            and mapped.source_system = 'shop'
    where customers.master_customer_id != mapped.master_customer_id
),

assert_persons_hold_together as (
    select *
    from findings
    where finding_count != 0
)

select * from assert_persons_hold_together
