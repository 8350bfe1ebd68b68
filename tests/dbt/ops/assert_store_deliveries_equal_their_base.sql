-- Guards that the summary holds what bronze holds: on Redshift it is refreshed from new rows alone.

with

counted as (
    select
        _file as file,
        sum(case when _status = 'loaded' then 1 else 0 end) as loaded_line_count,
        sum(case when _status = 'rejected' then 1 else 0 end) as rejected_line_count
    from {{ ref('bronze_pos__sales') }}
    group by _file
)

select
    coalesce(counted.file, deliveries.file) as file,
    counted.loaded_line_count,
    deliveries.loaded_line_count as summary_loaded_line_count,
    counted.rejected_line_count,
    deliveries.rejected_line_count as summary_rejected_line_count
from counted
full outer join {{ ref('ops_store_deliveries') }} as deliveries
    on counted.file = deliveries.file
where
    counted.file is null
    or deliveries.file is null
    or counted.loaded_line_count != deliveries.loaded_line_count
    or counted.rejected_line_count != deliveries.rejected_line_count
