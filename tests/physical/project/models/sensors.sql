{{ config(
    materialized='table',
    contract={'enforced': true},
    dist='all',
    sort=['sensor_id', 'readings_count'],
) }}

select
    sensor_id,
    count(*) as readings_count,
    cast(max(reading) as decimal(18,2)) as highest_reading
from {{ ref('measured') }}
group by sensor_id
