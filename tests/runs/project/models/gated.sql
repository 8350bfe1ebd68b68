-- Waits for whoever holds a lock on the table.
select *
from {{ source('outside', 'gate') }}
