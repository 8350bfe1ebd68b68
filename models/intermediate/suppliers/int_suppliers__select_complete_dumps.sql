{{ config(materialized='view') }}

-- One row is one offer in one dump of the supplier price list. Leaves out every dump with a rejected record:
-- a row that is missing from a dump reads as a withdrawn offer, so a damaged dump must not be applied. Read
-- by snp_supplier__price_list.

with

stg_supplier__price_list as (
    select * from {{ ref('stg_supplier__price_list') }}
),

bronze_supplier__price_list as (
    select * from {{ ref('bronze_supplier__price_list') }}
),

damaged_dumps as (
    select distinct _file
    from bronze_supplier__price_list
    where _status = 'rejected'
),

int_suppliers__select_complete_dumps as (
    select
        price_list.supplier_id,
        price_list.product_id,
        price_list.unit_cost,
        price_list.currency_code,
        price_list.minimum_order_quantity,
        {{ produced_at('price_list._file_version') }} as dump_at
    from stg_supplier__price_list as price_list
    left join damaged_dumps
        on price_list._file = damaged_dumps._file
    where damaged_dumps._file is null
)

select * from int_suppliers__select_complete_dumps
