{{ config(
    unique_key=['supplier_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'supplier_id',
        'after': {'bronze_shop__suppliers': trimmed('supplier_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__suppliers as (
    select * from {{ ref('bronze_shop__suppliers') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('supplier_id')) }}
),

standardised as (
    select
        nullif(trim(supplier_id), '') as supplier_id,
        nullif(trim(supplier_name), '') as supplier_name,
        nullif(trim(city), '') as city,
        nullif(trim(region), '') as region,
        upper(nullif(trim(country_code), '')) as country_code,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__suppliers
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'suppliers') | indent(8) }} as _copy
    from standardised
),

stg_shop__suppliers as (
    select
        supplier_id,
        supplier_name,
        city,
        region,
        country_code,

        ---------- lineage metadata
        _op,
        _change_seq,
        _is_reload,
        _changed_at,
        _file,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_shop__suppliers
