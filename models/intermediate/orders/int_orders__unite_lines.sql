-- One row is one line sold, in the shop or in a store, whatever its type; amounts are in the currency of the
-- order. Contains lines whose order is not known (yet). Leaves out what stores took back
-- (int_returns__unite_lines). Read by int_orders__allocate_order_amounts.
{{ config(
    unique_key='order_item_id',
    sort='recorded_at',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'int_orders__apply_item_changes': 'order_id',
                'int_stores__place_receipt_lines': 'receipt_key',
            },
            'log': ['product_id', 'supplier_id'],
        },
        'physical_reason': {'sort': 'Readers look for lines of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_orders__apply_item_changes as (
    select * from {{ ref('int_orders__apply_item_changes') }}
    where {{ is_affected('order_id', of='int_orders__apply_item_changes') }}
),

int_stores__place_receipt_lines as (
    select * from {{ ref('int_stores__place_receipt_lines') }}
    where {{ is_affected('receipt_key', of='int_stores__place_receipt_lines') }}
),

shop_lines as (
    select
        order_item_id,
        order_id,
        'shop' as source_system,
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
        changed_at as recorded_at
    from int_orders__apply_item_changes
),

store_lines as (
    select
        receipt_key || '-' || cast(line_number as varchar(16)) as order_item_id,
        receipt_key as order_id,
        'pos' as source_system,
        line_number,
        'sale' as line_type,
        product_id,
        cast(null as varchar(512)) as line_description,
        quantity,
        cast(null as decimal(18, 6)) as list_price,
        unit_price,
        discount_amount,
        cast(0 as decimal(18, 2)) as shipping_amount,
        tax_rate,
        cast(null as decimal(18, 6)) as unit_cost,
        cast(null as varchar(64)) as supplier_id,
        sold_at as recorded_at
    from int_stores__place_receipt_lines
    where quantity >= 0
),

united as (
    select * from shop_lines

    union all

    select * from store_lines
),

int_orders__unite_lines as (
    select
        *,
        {{ money_multiply('unit_price', 'quantity') }} as gross_amount,
        {{ money_multiply('coalesce(list_price, unit_price)', 'quantity') }} as list_amount,
        {{ money_multiply('unit_cost', 'quantity') }} as cost_amount
    from united
)

select * from int_orders__unite_lines
