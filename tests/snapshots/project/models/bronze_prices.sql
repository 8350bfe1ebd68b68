-- In the schema of the change logs: dbt keeps track only of schemas in which it has a node.
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, schema='ops') }}

select
    product_id,
    price,
    _status,
    _file,
    _file_version,
    cast({{ current_run_id() }} as bigint) as _run_id
from {{ source('outside', 'landed') }}
{% if is_incremental() -%}
where _file not in (select _file from {{ this }})
{%- endif %}
