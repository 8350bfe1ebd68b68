{% snapshot price_history %}

{{ config(
    unique_key='product_id',
    strategy='check',
    check_cols=['price'],
    updated_at='dump_at',
    hard_deletes='new_record',
    dbt_valid_to_current="cast('9999-12-31' as timestamp)",
    meta={
        'dump_column': 'dump_at',
        'recompute': {'by': '_file_version', 'after': {'stg_prices': '_file_version'}},
    },
) }}

-- depends_on: {{ ref('stg_prices') }}
select * from {{ ref('complete_dumps') }}

{% endsnapshot %}
