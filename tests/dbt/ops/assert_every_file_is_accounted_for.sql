{{ config(group='warehouse') }}

-- Guards that no file falls between the states, and that none is in bronze which nobody listed: per entity,
-- files landed = loaded + waiting + held, and those with a run in the ledger are those of bronze.

with

ops_record_accounting as (
    select * from {{ ref('ops_record_accounting') }}
),

listed as (
    select
        source_name,
        entity_name,
        count(run_id) as file_count
    from {{ ref('ops_load_ledger') }}
    where source_name is not null
    group by source_name, entity_name
),

loaded as (
    select
        source_name,
        entity_name,
        count(*) as file_count
    from {{ ref('ops_landed_records') }}
    where record_status = 'file'
    group by source_name, entity_name
),

assert_every_file_is_accounted_for as (
    select
        accounts.source_name,
        accounts.entity_name,
        accounts.landed_file_count,
        accounts.loaded_file_count,
        accounts.waiting_file_count,
        accounts.held_file_count,
        listed.file_count as listed_file_count,
        loaded.file_count as bronze_file_count
    from ops_record_accounting as accounts
    left join listed
        on
            accounts.source_name = listed.source_name
            and accounts.entity_name = listed.entity_name
    left join loaded
        on
            accounts.source_name = loaded.source_name
            and accounts.entity_name = loaded.entity_name
    where
        accounts.landed_file_count
        != accounts.loaded_file_count + accounts.waiting_file_count + accounts.held_file_count
        or coalesce(listed.file_count, 0) != coalesce(loaded.file_count, 0)
)

select * from assert_every_file_is_accounted_for
