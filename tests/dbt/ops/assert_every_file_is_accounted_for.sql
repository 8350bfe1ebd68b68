-- Guards that no file falls between the states: per entity, files landed = loaded + waiting + held.

select *
from {{ ref('ops_record_accounting') }}
where landed_file_count != loaded_file_count + waiting_file_count + held_file_count
