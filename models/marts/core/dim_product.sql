-- One row is one version of a product (type 2: category), with name, description, brand and price as last
-- known on every version (type 1). Contains members -1 unknown and -2 not applicable, and an inferred member
-- for every product or till code that facts name and the shop has not sent (yet).
{{ config(
    unique_key='product_key',
    dist='all',
    sort='product_id',
    meta={
        'recompute': {
            'by': 'product_id',
            'after': {
                'int_products__track_category_history': 'product_id',
                'int_products__apply_changes': 'product_id',
                'int_orders__unite_lines': {
                    'mentions': {'product_id': 'product_id'},
                    'lost': 'is_inferred',
                },
                'int_returns__unite_lines': {
                    'mentions': {'product_id': 'product_id'},
                    'lost': 'is_inferred',
                },
                'int_stock__apply_openings': {
                    'mentions': {'product_id': 'product_id'},
                    'lost': 'is_inferred',
                },
                'int_stock__apply_movements': {
                    'mentions': {'product_id': 'product_id'},
                    'lost': 'is_inferred',
                },
                'int_web__explode_items': {
                    'mentions': {'product_id': 'product_id'},
                    'lost': 'is_inferred',
                },
            },
            'log': ['product_durable_key', 'category_key', 'valid_from', 'valid_to'],
        },
        'physical_reason': {
            'dist': 'Facts lie by order, so it would move in every join; under 3 million rows.',
            'sort': 'Versions of one product lie side by side.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_products__track_category_history as (
    select * from {{ ref('int_products__track_category_history') }}
    where {{ is_affected('product_id') }}
),

int_products__apply_changes as (
    select * from {{ ref('int_products__apply_changes') }}
    where {{ is_affected('product_id') }}
),

int_orders__unite_lines as (
    select * from {{ ref('int_orders__unite_lines') }}
    where {{ is_affected('product_id') }}
),

int_returns__unite_lines as (
    select * from {{ ref('int_returns__unite_lines') }}
    where {{ is_affected('product_id', of='int_returns__unite_lines') }}
),

known as (
    select
        history.product_id,
        products.sku,
        products.product_name,
        products.product_description,
        products.brand,
        history.category_id,
        {{ hash_key(['history.category_id']) }} as hashed_category_key,
        products.supplier_id,
        products.list_price,
        products.currency_code,
        products.is_active,
        history.is_deleted,
        history.is_current,
        history.valid_from,
        history.valid_to
    from int_products__track_category_history as history
    left join int_products__apply_changes as products
        on history.product_id = products.product_id
),

int_stock__apply_openings as (
    select * from {{ ref('int_stock__apply_openings') }}
    where {{ is_affected('product_id') }}
),

int_stock__apply_movements as (
    select * from {{ ref('int_stock__apply_movements') }}
    where {{ is_affected('product_id', of='int_stock__apply_movements') }}
),

int_web__explode_items as (
    select * from {{ ref('int_web__explode_items') }}
    where {{ is_affected('product_id', of='int_web__explode_items') }}
),

named_by_facts as (
    select product_id from int_orders__unite_lines

    union

    select product_id from int_returns__unite_lines

    union

    select product_id from int_stock__apply_openings

    union

    select product_id from int_stock__apply_movements

    union

    select product_id from int_web__explode_items
),

-- Its key is the one that the first version will have, so facts keep it when the product arrives.
inferred as (
    select named_by_facts.product_id
    from named_by_facts
    left join int_products__track_category_history as history
        on
            named_by_facts.product_id = history.product_id
            and history.is_current
    where
        named_by_facts.product_id is not null
        and history.product_id is null
),

-- Members -1 and -2, and inferred ones, of which nothing but their identity is known.
bare as (
    select
        product_id,
        {{ hash_key(['product_id', "'1900-01-01 00:00:00'"]) }} as product_key,
        {{ hash_key(['product_id']) }} as product_durable_key,
        cast(null as varchar(256)) as product_name,
        -1 as category_key,
        true as is_inferred
    from inferred

    union all

    select
        cast(null as varchar(64)) as product_id,
        member_key as product_key,
        member_key as product_durable_key,
        member_name as product_name,
        member_key as category_key,
        false as is_inferred
    from {{ missing_members() }}
),

dim_product as (
    select
        {{ hash_key(['product_id', 'cast(valid_from as varchar(19))']) }} as product_key,
        {{ hash_key(['product_id']) }} as product_durable_key,
        product_id,
        sku,
        product_name,
        product_description,
        brand,
        category_id,
        case when category_id is null then -1 else hashed_category_key end as category_key,
        supplier_id,
        list_price,
        currency_code,
        is_active,
        is_deleted,
        false as is_inferred,
        is_current,
        valid_from,
        valid_to
    from known

    union all

    select
        product_key,
        product_durable_key,
        product_id,
        cast(null as varchar(64)) as sku,
        product_name,
        cast(null as varchar(1024)) as product_description,
        cast(null as varchar(128)) as brand,
        cast(null as varchar(64)) as category_id,
        category_key,
        cast(null as varchar(64)) as supplier_id,
        cast(null as decimal(18, 6)) as list_price,
        cast(null as varchar(3)) as currency_code,
        cast(null as boolean) as is_active,
        false as is_deleted,
        is_inferred,
        true as is_current,
        cast('1900-01-01' as timestamp) as valid_from,
        cast('9999-12-31' as timestamp) as valid_to
    from bare
)

select * from dim_product
