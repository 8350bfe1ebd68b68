-- One row is one record that breaks the landing contract: where it lies, why it was refused, and its raw
-- text. Restricted: the raw text is as it came, personal data included. Read it before asking a source to
-- deliver again.

with

ops_landed_records as (
    select * from {{ ref('ops_landed_records') }}
),

quarantined_records as (
    select
        source_name,
        entity_name,
        file,
        line_number,
        reason,
        raw_text,
        landed_at,
        run_id,
        loaded_at
    from ops_landed_records
    where record_status = 'rejected'
)

select * from quarantined_records
