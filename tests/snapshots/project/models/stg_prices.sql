{{ config(
    materialized='incremental',
    incremental_strategy='recompute',
    unique_key=['product_id', '_file'],
    meta={'recompute': {'by': '_file_version', 'after': {'bronze_prices': '_file_version'}}},
) }}

with

affected as (
    {{ affected_keys() }}
)

select
    product_id,
    price,
    _file,
    _file_version
from {{ ref('bronze_prices') }}
where
    _status = 'loaded'
    and {{ is_affected('_file_version') }}
