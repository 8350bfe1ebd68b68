-- One row is one version of a customer's account: segment, country or consent changed, or the account was
-- deleted. Contains every customer ever seen in the shop, deleted ones too. Read by
-- int_customers__merge_history.

with

stg_shop__customers as (
    select * from {{ ref('stg_shop__customers') }}
),

int_customers__track_account_history as (
    {{ change_history(
        'stg_shop__customers',
        key='customer_id',
        tracked=['segment', 'country_code', 'has_marketing_consent']
    ) | indent(4) }}
)

select * from int_customers__track_account_history
