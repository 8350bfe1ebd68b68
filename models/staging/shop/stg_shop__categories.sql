{{ config(
    unique_key=['category_id', '_change_seq', '_is_reload'],
    meta={'recompute': {
        'by': 'category_id',
        'after': {'bronze_shop__categories': trimmed('category_id')},
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__categories as (
    select * from {{ ref('bronze_shop__categories') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('category_id')) }}
),

standardised as (
    select
        nullif(trim(category_id), '') as category_id,
        nullif(trim(category_name), '') as category_name,
        nullif(trim(parent_category_id), '') as parent_category_id,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__categories
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'categories') | indent(8) }} as _copy
    from standardised
),

stg_shop__categories as (
    select
        category_id,
        category_name,
        parent_category_id,

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

select * from stg_shop__categories
