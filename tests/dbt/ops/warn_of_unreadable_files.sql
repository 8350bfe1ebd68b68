{{ config(severity='warn') }}

-- Warns of files that are empty, truncated or of no entity: they wait in quarantine until they are delivered
-- again.

select
    file,
    file_state,
    reason
from {{ ref('quarantined_files') }}
where
    file_state in ('unreadable', 'unknown')
    and reject_state = 'open'
