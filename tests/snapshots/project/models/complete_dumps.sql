{{ config(materialized='view') }}

select
    product_id,
    price,
    {{ produced_at('_file_version') }} as dump_at
from {{ ref('stg_prices') }}
where _file not in (select _file from {{ ref('bronze_prices') }} where _status = 'rejected')
