-- One row is one supplier or marketplace seller as last known (type 1), with what its price list offers now
-- and how often it moved. Contains an inferred member for every supplier that only the price list, order
-- lines or products name, and the members -1 unknown and -2 not applicable.
{{ config(
    unique_key='supplier_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'stg_shop__suppliers': 'all',
                'snp_supplier__price_list': 'all',
                'int_orders__unite_lines': {
                    'mentions': {'supplier_id': 'supplier_id'},
                    'lost': 'is_inferred',
                },
                'int_products__track_price_history': {
                    'mentions': {'supplier_id': 'supplier_id'},
                    'lost': 'is_inferred',
                },
            },
        },
        'physical_reason': {
            'dist': 'Facts lie by order: it would move in every join. Thousands of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__suppliers as (
    select * from {{ ref('stg_shop__suppliers') }}
    where {{ is_affected() }}
),

snp_supplier__price_list as (
    select * from {{ ref('snp_supplier__price_list') }}
    where {{ is_affected() }}
),

int_orders__unite_lines as (
    select * from {{ ref('int_orders__unite_lines') }}
    where {{ is_affected() }}
),

int_products__track_price_history as (
    select * from {{ ref('int_products__track_price_history') }}
    where {{ is_affected() }}
),

last_known as (
    {{ latest_change('stg_shop__suppliers', key='supplier_id', before_delete=true) | indent(4) }}
),

-- The snapshot keeps a version per price and one that says "withdrawn": what a dump no longer holds was taken
-- off.
offers as (
    select
        supplier_id,
        sum(
            case
                when dbt_is_deleted = 'False' and dbt_valid_to = cast('9999-12-31' as timestamp) then 1
                else 0
            end
        ) as current_offer_count,
        sum(case when dbt_is_deleted = 'True' then 1 else 0 end) as withdrawal_count,
        count(distinct product_id) as offered_product_count,
        cast(min(dbt_valid_from) as date) as first_offer_date,
        cast(max(dbt_valid_from) as date) as last_change_date
    from snp_supplier__price_list
    group by supplier_id
),

named as (
    select supplier_id from last_known

    union

    select supplier_id from offers

    union

    select supplier_id from int_orders__unite_lines

    union

    select supplier_id from int_products__track_price_history
),

dim_supplier as (
    select
        {{ hash_key(['named.supplier_id']) }} as supplier_key,
        named.supplier_id,
        last_known.supplier_name,
        last_known.city,
        last_known.region,
        last_known.country_code,
        cast(coalesce(offers.current_offer_count, 0) as bigint) as current_offer_count,
        cast(coalesce(offers.offered_product_count, 0) as bigint) as offered_product_count,
        cast(coalesce(offers.withdrawal_count, 0) as bigint) as withdrawal_count,
        offers.first_offer_date,
        offers.last_change_date,
        last_known.supplier_id is null as is_inferred
    from named
    left join last_known
        on named.supplier_id = last_known.supplier_id
    left join offers
        on named.supplier_id = offers.supplier_id
    where named.supplier_id is not null

    union all

    select
        member_key as supplier_key,
        cast(null as varchar(64)) as supplier_id,
        member_name as supplier_name,
        cast(null as varchar(128)) as city,
        cast(null as varchar(128)) as region,
        cast(null as varchar(2)) as country_code,
        cast(0 as bigint) as current_offer_count,
        cast(0 as bigint) as offered_product_count,
        cast(0 as bigint) as withdrawal_count,
        cast(null as date) as first_offer_date,
        cast(null as date) as last_change_date,
        false as is_inferred
    from {{ missing_members() }}
)

select * from dim_supplier
