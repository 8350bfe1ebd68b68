-- One row is one interval in which the price of a product in a channel and its cost did not change. The only
-- price list of the sources is the shop's catalogue, so the only channel is web: what others charge is on
-- their lines. The cost is the offer of the product's main supplier. Leaves out codes that the shop never
-- sent.
{{ config(
    unique_key=['product_durable_key', 'channel_key', 'valid_from'],
    dist='product_durable_key',
    sort=['product_durable_key', 'valid_from'],
    meta={
        'recompute': {
            'by': 'product_id',
            'after': {
                'int_products__track_price_history': 'product_id',
                'snp_supplier__price_list': 'product_id',
            },
        },
        'physical_reason': {
            'dist': 'The history of a product is read together, and with its stock.',
            'sort': 'The history of a product lies side by side.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_products__track_price_history as (
    select * from {{ ref('int_products__track_price_history') }}
    where {{ is_affected('product_id') }}
),

snp_supplier__price_list as (
    select * from {{ ref('snp_supplier__price_list') }}
    where {{ is_affected('product_id') }}
),

-- Every moment at which something may change: of the catalogue, or of an offer of any supplier.
moments as (
    select
        product_id,
        valid_from
    from int_products__track_price_history

    union

    select
        product_id,
        dbt_valid_from as valid_from
    from snp_supplier__price_list
),

described as (
    select
        moments.product_id,
        moments.valid_from,
        prices.list_price,
        prices.currency_code,
        prices.supplier_id,
        prices.is_active,
        prices.is_deleted,
        case when offers.dbt_is_deleted = 'False' then offers.unit_cost end as unit_cost,
        case when offers.dbt_is_deleted = 'False' then offers.currency_code end as cost_currency_code,
        case when offers.dbt_is_deleted = 'False' then offers.minimum_order_quantity end
            as minimum_order_quantity,
        case offers.dbt_is_deleted
            when 'False' then 'offered'
            when 'True' then 'withdrawn'
            else 'not_listed'
        end as cost_state
    from moments
    inner join int_products__track_price_history as prices
        on
            moments.product_id = prices.product_id
            and moments.valid_from >= prices.valid_from
            and moments.valid_from < prices.valid_to
    left join snp_supplier__price_list as offers
        on
            moments.product_id = offers.product_id
            and prices.supplier_id = offers.supplier_id
            and moments.valid_from >= offers.dbt_valid_from
            and moments.valid_from < offers.dbt_valid_to
),

{% set attributes = ['list_price', 'currency_code', 'supplier_id', 'is_active', 'is_deleted', 'unit_cost',
    'cost_currency_code', 'minimum_order_quantity', 'cost_state'] -%}
compared as (
    select
        *,
        {%- for name in attributes %}
        lag({{ name }}) over (partition by product_id order by valid_from asc nulls last)
            as previous_{{ name }},
        {%- endfor %}
        row_number() over (partition by product_id order by valid_from asc nulls last) as moment_number
    from described
),

-- What changed nothing here, such as an offer of a supplier that is not the main one, makes no interval.
changed as (
    select
        *,
        lead(valid_from) over (partition by product_id order by valid_from asc nulls last) as next_from
    from compared
    where
        moment_number = 1
        {%- for name in attributes %}
        or {{ is_distinct(name, 'previous_' ~ name) }}
        {%- endfor %}
),

fct_product_price as (
    select
        ---------- keys
        {{ hash_key(['product_id']) }} as product_durable_key,
        {{ hash_key(["'web'"]) }} as channel_key,
        valid_from,
        product_id,

        ---------- foreign keys
        {{ member_key('supplier_id', hash_key(['supplier_id'])) }} as supplier_key,
        {{ member_key('currency_code', hash_key(['currency_code'])) }} as currency_key,

        ---------- attributes
        currency_code,
        cost_currency_code,
        cast(cost_state as varchar(16)) as cost_state,

        ---------- measures
        list_price,
        unit_cost,
        minimum_order_quantity,

        ---------- flags
        is_active,
        is_deleted,
        next_from is null as is_current,

        ---------- interval
        coalesce(next_from, cast('9999-12-31' as timestamp)) as valid_to
    from changed
)

select * from fct_product_price
