{{ config(materialized='table') }}

select distinct taken_on from {{ ref('measured') }}
