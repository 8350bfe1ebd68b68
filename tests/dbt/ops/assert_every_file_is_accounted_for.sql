-- Guards that no file falls between the states: per entity, files landed = loaded + waiting + held.

select
    source_name,
    entity_name,
    landed_file_count,
    loaded_file_count,
    waiting_file_count,
    held_file_count
from {{ ref('ops_record_accounting') }}
where landed_file_count != loaded_file_count + waiting_file_count + held_file_count
