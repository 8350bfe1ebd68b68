{{ config(severity='warn', group='warehouse') }}

-- Warns of records that break the landing contract and about which nothing was done; `duckshift quarantine
-- list` shows them, `quarantine.quarantined_records` has file, line, reason and raw text.

select
    source_name,
    entity_name,
    file,
    line_number,
    reason
from {{ ref('quarantined_records') }}
where reject_state = 'open'
