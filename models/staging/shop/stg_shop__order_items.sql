{{ config(
    unique_key=['order_item_id', '_change_seq', '_is_reload'],
    sort='_changed_at',
    meta={
        'recompute': {
            'by': 'order_item_id',
            'after': {'bronze_shop__order_items': trimmed('order_item_id')},
        },
        'physical_reason': {'sort': 'Readers look for the changes of recent lines.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_shop__order_items as (
    select * from {{ ref('bronze_shop__order_items') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('order_item_id')) }}
),

standardised as (
    select
        nullif(trim(order_item_id), '') as order_item_id,
        nullif(trim(order_id), '') as order_id,
        line_number,
        lower(nullif(trim(line_type), '')) as line_type,
        nullif(trim(product_id), '') as product_id,
        nullif(trim(line_description), '') as line_description,
        quantity,
        list_price,
        unit_price,
        discount_amount,
        shipping_amount,
        tax_rate,
        unit_cost,
        nullif(trim(supplier_id), '') as supplier_id,

        {{ change_metadata() }},
        _file,
        _run_id
    from bronze_shop__order_items
),

numbered as (
    select
        *,
        {{ copy_number('shop', 'order_items') | indent(8) }} as _copy
    from standardised
),

stg_shop__order_items as (
    select
        order_item_id,
        order_id,
        line_number,
        line_type,
        product_id,
        line_description,
        quantity,
        list_price,
        unit_price,
        discount_amount,
        shipping_amount,
        tax_rate,
        unit_cost,
        supplier_id,

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

select * from stg_shop__order_items
