-- Guards the promise that nothing is lost: per entity, records landed = loaded + rejected + duplicates +
-- superseded.

select
    source_name,
    entity_name,
    landed_record_count,
    loaded_record_count,
    rejected_record_count,
    duplicate_record_count,
    superseded_record_count
from {{ ref('ops_record_accounting') }}
where
    landed_record_count
    != loaded_record_count + rejected_record_count + duplicate_record_count + superseded_record_count
