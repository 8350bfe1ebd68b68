-- One row is one file that is held as a whole: empty, truncated, without a required column, changed after it
-- was loaded, or of no entity of the landing contract. Leaves out files that wait for their manifest
-- (ops_load_ledger has them).

with

ops_load_ledger as (
    select * from {{ ref('ops_load_ledger') }}
),

quarantined_files as (
    select
        file,
        source_name,
        entity_name,
        file_state,
        reason,
        file_bytes,
        landed_at
    from ops_load_ledger
    where
        file_state not in ('loaded', 'ready', 'waiting')
        and is_present
)

select * from quarantined_files
