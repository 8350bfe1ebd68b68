{{ config(materialized='table', dist='sensor_id', sort=['taken_on', 'reading_id']) }}

select reading_id, sensor_id, taken_on from {{ ref('measured') }}
