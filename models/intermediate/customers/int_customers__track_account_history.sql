-- One row is one version of a customer's account: segment, country or consent changed, or the account was
-- deleted. Contains every customer ever seen in the shop, deleted ones too. Read by
-- int_customers__merge_history.
{{ config(
    unique_key=['customer_id', 'valid_from'],
    meta={'recompute': {
        'by': 'customer_id',
        'after': {
            'stg_shop__customers': {'key': 'customer_id', 'all_when': '_is_reload'},
        },
    }},
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__customers as (
    select * from {{ ref('stg_shop__customers') }}
    where {{ is_affected('customer_id') }}
),

-- Of all keys: a reload says of a key that it is gone by not holding it.
reloads as (
    {{ reload_checkpoints(ref('stg_shop__customers')) | indent(4) }}
),

int_customers__track_account_history as (
    {{ change_history(
        'stg_shop__customers',
        key='customer_id',
        tracked=['segment', 'country_code', 'has_marketing_consent'],
        reloads='reloads'
    ) | indent(4) }}
)

select * from int_customers__track_account_history
