-- One row is one line sold, with its share of the discount and the shipping that were agreed for the whole
-- order. Shares follow the value of the lines and are handed out by largest remainder, so that the cents of
-- the lines sum to the amount of the order. Read by int_orders__value_lines.
{{ config(
    unique_key='order_item_id',
    sort='recorded_at',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'int_orders__unite_lines': 'order_id',
                'int_orders__unite_orders': {
                    'key': 'order_id',
                    'reads': ['discount_amount', 'shipping_amount'],
                },
            },
        },
        'physical_reason': {'sort': 'Readers look for lines of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_orders__unite_lines as (
    select * from {{ ref('int_orders__unite_lines') }}
    where {{ is_affected('order_id', of='int_orders__unite_lines') }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
    where {{ is_affected('order_id', of='int_orders__unite_orders') }}
),

-- Only goods carry a share, by their value after their own discount.
weighted as (
    select
        lines.*,
        coalesce(orders.discount_amount, 0) as order_discount,
        coalesce(orders.shipping_amount, 0) as order_shipping,
        case
            when lines.line_type = 'sale'
                then cast(greatest(lines.gross_amount - lines.discount_amount, 0) * 100 as bigint)
            else 0
        end as weight,
        row_number() over (
            partition by lines.order_id
            order by lines.line_number asc nulls last, lines.order_item_id asc nulls last
        ) as position_in_order
    from int_orders__unite_lines as lines
    left join int_orders__unite_orders as orders
        on lines.order_id = orders.order_id
),

totalled as (
    select
        *,
        sum(weight) over (partition by order_id) as order_weight
    from weighted
),

-- An order without goods of any value: its first line takes all.
effective as (
    select
        *,
        case
            when order_weight > 0 then weight
            when position_in_order = 1 then 1
            else 0
        end as share_weight,
        case when order_weight > 0 then order_weight else 1 end as share_total
    from totalled
),

int_orders__allocate_order_amounts as (
    select
        order_item_id,
        order_id,
        source_system,
        line_number,
        line_type,
        product_id,
        line_description,
        supplier_id,
        quantity,
        list_price,
        unit_price,
        unit_cost,
        tax_rate,
        list_amount,
        gross_amount,
        cost_amount,
        discount_amount as line_discount_amount,
        {{ allocate_cents('order_discount', 'share_weight', 'share_total', 'order_id', 'order_item_id') }}
            as order_discount_amount,
        shipping_amount as line_shipping_amount,
        {{ allocate_cents('order_shipping', 'share_weight', 'share_total', 'order_id', 'order_item_id') }}
            as order_shipping_amount,
        recorded_at
    from effective
)

select * from int_orders__allocate_order_amounts
