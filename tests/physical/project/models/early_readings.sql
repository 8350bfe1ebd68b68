{{ config(materialized='table') }}

select reading_id from {{ ref('measured') }}
