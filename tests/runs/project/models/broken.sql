{{ config(enabled=var('with_broken', false), materialized='table') }}

select no_such_column
from {{ ref('raw_events') }}
