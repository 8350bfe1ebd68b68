-- One row is one product that a web event of a person concerns: looked at, put into the cart, taken out of
-- it, checked out or bought. Leaves out bots. Read by fct_page_events and dim_product.
{{ config(
    unique_key=['event_id', 'item_number'],
    sort='event_at',
    meta={
        'recompute': {
            'by': 'visitor_id',
            'after': {
                'stg_web__events': 'visitor_id',
                'int_web__number_sessions': 'visitor_id',
            },
            'log': ['product_id'],
        },
        'physical_reason': {'sort': 'Most readers look for the visits of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_web__events as (
    select * from {{ ref('stg_web__events') }}
    where
        items is not null
        and {{ is_affected('visitor_id', of='stg_web__events') }}
),

int_web__number_sessions as (
    select * from {{ ref('int_web__number_sessions') }}
    where {{ is_affected('visitor_id', of='int_web__number_sessions') }}
),

exploded as (
    {{ json_elements('stg_web__events', ['event_id'], 'items') | indent(4) }}
),

parsed as (
    select
        event_id,
        element_number,
        {{ json_text('element', 'product_id') }} as product_id,
        {{ json_text('element', 'quantity') }} as quantity,
        {{ json_text('element', 'price') }} as price
    from exploded
),

cast_to_types as (
    select
        event_id,
        element_number,
        {{ try_cast_text(trimmed('product_id'), 'varchar(64)') }} as product_id,
        {{ try_cast_text('quantity', 'bigint') }} as landed_quantity,
        {{ try_cast_text('price', 'decimal(18,6)') }} as landed_unit_price
    from parsed
),

-- No contract looks into the items: what no cart can hold would overflow the sums of every later run.
believed as (
    select
        event_id,
        element_number,
        product_id,
        case when abs(landed_quantity) < 1000000 then landed_quantity end as quantity,
        case when abs(landed_unit_price) < 1000000000 then landed_unit_price end as unit_price
    from cast_to_types
),

int_web__explode_items as (
    select
        ---------- keys
        items.event_id,
        items.element_number as item_number,
        events.visitor_id,
        events.session_key,
        items.product_id,

        ---------- what happened
        events.event_name,

        ---------- measures
        items.quantity,
        items.unit_price,
        events.currency_code,

        ---------- dates and timestamps
        events.event_date,
        events.event_at
    from believed as items
    inner join int_web__number_sessions as events
        on items.event_id = events.event_id
)

select * from int_web__explode_items
