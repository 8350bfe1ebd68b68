{{ config(group='warehouse') }}

-- Guards what everything above bronze relies on: a record is loaded, rejected (then, and only then, with a
-- reason and its raw text), or the record of a file; and it names its file and its run. One test stands for
-- all bronze models.

select
    source_name,
    entity_name,
    record_status,
    reason,
    file,
    line_number,
    run_id
from {{ ref('ops_landed_records') }}
where
    record_status is null
    or record_status not in ('file', 'loaded', 'rejected')
    or (record_status = 'rejected') != (reason is not null)
    or (record_status = 'rejected') != (raw_text is not null)
    or file is null
    or run_id is null
