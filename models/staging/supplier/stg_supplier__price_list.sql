{{ config(
    unique_key=['supplier_id', 'product_id', '_file'],
    meta={'recompute': {
        'by': '_file_version',
        'after': {'bronze_supplier__price_list': '_file_version'},
    }, 'trace': {
        'bronze_supplier__price_list': {
            '_file_version': '_file_version',
            'supplier_id': 'trim(supplier_id)',
            'product_id': 'trim(product_id)',
        },
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_supplier__price_list as (
    select
        *,
        -- A dump that has a rejected record is not applied: a whole copy of it counts before it.
        max(case when _status = 'rejected' then 1 else 0 end) over (partition by _file) as _is_damaged
    from {{ ref('bronze_supplier__price_list') }}
    where {{ is_affected('_file_version') }}
),

standardised as (
    select
        cast(nullif(trim(supplier_id), '') as varchar(64)) as supplier_id,
        cast(nullif(trim(product_id), '') as varchar(64)) as product_id,
        {{ try_cast_text('unit_cost', 'decimal(18,6)') }} as unit_cost,
        cast(upper(nullif(trim(currency_code), '')) as varchar(3)) as currency_code,
        {{ try_cast_text('minimum_order_quantity', 'integer') }} as minimum_order_quantity,
        _file,
        _file_version,
        _is_damaged,
        _landed_at,
        _run_id
    from bronze_supplier__price_list
    where _status = 'loaded'
),

numbered as (
    select
        *,
        {{ copy_number('supplier', 'price_list') | indent(8) }} as _copy
    from standardised
),

stg_supplier__price_list as (
    select
        supplier_id,
        product_id,
        unit_cost,
        currency_code,
        minimum_order_quantity,

        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_supplier__price_list
