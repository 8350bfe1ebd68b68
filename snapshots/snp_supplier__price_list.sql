{% snapshot snp_supplier__price_list %}

{{ config(
    unique_key=['supplier_id', 'product_id'],
    strategy='check',
    check_cols=['unit_cost', 'currency_code', 'minimum_order_quantity'],
    updated_at='dump_at',
    hard_deletes='new_record',
    dbt_valid_to_current="cast('9999-12-31' as timestamp)",
    meta={
        'dump_column': 'dump_at',
        'recompute': {
            'by': '_file_version',
            'after': {'stg_supplier__price_list': '_file_version'},
        },
    },
) }}

-- The change log of the staging table says which dumps are new or read otherwise than before; the view has
-- no log. depends_on: {{ ref('stg_supplier__price_list') }}
select
    supplier_id,
    product_id,
    unit_cost,
    currency_code,
    minimum_order_quantity,
    dump_at
from {{ ref('int_suppliers__select_complete_dumps') }}

{% endsnapshot %}
