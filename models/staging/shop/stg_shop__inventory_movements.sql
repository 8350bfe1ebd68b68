{{ config(
    unique_key=['movement_id', '_change_seq', '_is_reload'],
    sort='_changed_at',
    meta={
        'recompute': {
            'by': 'movement_id',
            'after': {'bronze_shop__inventory_movements': trimmed('movement_id')},
        },
        'physical_reason': {'sort': 'Readers look for the changes of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__inventory_movements as (
    select * from {{ ref('bronze_shop__inventory_movements') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('movement_id')) }}
),

standardised as (
    select
        nullif(trim(movement_id), '') as movement_id,
        nullif(trim(product_id), '') as product_id,
        nullif(trim(location_id), '') as location_id,
        lower(nullif(trim(movement_type), '')) as movement_type,
        quantity,
        moved_at,
        lower(nullif(trim(reference_type), '')) as reference_type,
        nullif(trim(reference_id), '') as reference_id,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__inventory_movements
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'inventory_movements') | indent(8) }} as _copy
    from standardised
),

stg_shop__inventory_movements as (
    select
        movement_id,
        product_id,
        location_id,
        movement_type,
        quantity,
        moved_at,
        reference_type,
        reference_id,

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

select * from stg_shop__inventory_movements
