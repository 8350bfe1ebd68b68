{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}

select
    event_id,
    amount,
    cast({{ current_run_id() }} as bigint) as _run_id
from {{ source('outside', 'events') }}
{% if is_incremental() -%}
where event_id not in (select event_id from {{ this }})
{%- endif %}
