{{
    config(
        materialized='incremental',
        incremental_strategy='recompute',
        unique_key='event_id',
        meta={'recompute': {'by': 'event_id', 'after': {'raw_events': 'event_id'}}},
    )
}}

with

affected as (
    {{ affected_keys() }}
)

select
    event_id,
    cast(amount * {{ weight() }} * (select max(factor) from {{ ref('factors') }}) + {{ var('bonus') }} as integer)
        as points
from {{ ref('raw_events') }}
where {{ is_affected('event_id') }}
