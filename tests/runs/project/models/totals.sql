{{
    config(
        materialized='incremental',
        incremental_strategy='recompute',
        unique_key='event_id',
        meta={'recompute': {'by': 'event_id', 'after': {'points': 'event_id'}}},
    )
}}

with

affected as (
    {{ affected_keys() }}
)

select
    event_id,
    cast(points + 1 as integer) as total
from {{ ref('points') }}
where {{ is_affected('event_id') }}
