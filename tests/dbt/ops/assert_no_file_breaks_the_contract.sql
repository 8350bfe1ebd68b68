-- Fails the build when a file lacks a required column, was changed after it was loaded, or carries a wrong
-- name: the source must act, and its entity goes on without the file until then. Each row says what to do.

select
    file,
    file_state,
    reason
from {{ ref('quarantined_files') }}
where
    file_state in ('contract_break', 'changed')
    and reject_state = 'open'

-- A test that fails keeps what is built of all that it names from being built. Nothing is built of this one,
-- so that the counts of what is held are there when something is.
-- depends_on: {{ ref('ops_pipeline_health') }}
