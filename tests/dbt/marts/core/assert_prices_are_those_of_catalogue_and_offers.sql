-- Guards the prices: every product of the catalogue has one, and at each change of the catalogue and at each
-- offer of a product's main supplier the interval of that moment has just this price and cost.

with

fct_product_price as (
    select * from {{ ref('fct_product_price') }}
),

catalogue as (
    select * from {{ ref('int_products__track_price_history') }}
),

offers as (
    select * from {{ ref('snp_supplier__price_list') }}
),

expected as (
    select
        product_id,
        valid_from as moment,
        list_price,
        cast(null as decimal(18, 6)) as unit_cost,
        false as is_offer
    from catalogue

    union all

    select
        catalogue.product_id,
        offers.dbt_valid_from as moment,
        catalogue.list_price,
        offers.unit_cost,
        true as is_offer
    from offers
    inner join catalogue
        on
            offers.product_id = catalogue.product_id
            and offers.supplier_id = catalogue.supplier_id
            and offers.dbt_valid_from >= catalogue.valid_from
            and offers.dbt_valid_from < catalogue.valid_to
    where offers.dbt_is_deleted = 'False'
),

assert_prices_are_those_of_catalogue_and_offers as (
    select
        expected.*,
        prices.list_price as found_price,
        prices.unit_cost as found_cost
    from expected
    left join fct_product_price as prices
        on
            expected.product_id = prices.product_id
            and expected.moment >= prices.valid_from
            and expected.moment < prices.valid_to
    where
        prices.product_id is null
        or {{ is_distinct('expected.list_price', 'prices.list_price') }}
        or (expected.is_offer and {{ is_distinct('expected.unit_cost', 'prices.unit_cost') }})
)

select * from assert_prices_are_those_of_catalogue_and_offers
