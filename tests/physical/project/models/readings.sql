{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='reading_id',
    on_schema_change='fail',
    contract={'enforced': true},
    dist='sensor_id',
    sort=['taken_on', 'reading_id'],
) }}

select reading_id, sensor_id, taken_on, reading
from {{ ref('measured') }}
