{{ config(
    unique_key='payment_id',
    sort='payment_at',
    meta={
        'recompute': {
            'by': 'payment_id',
            'after': {'bronze_payments__transactions': trimmed('payment_id')},
            'log': ['order_id', 'currency_code', 'payment_method'],
        },
        'physical_reason': {'sort': 'Readers look for payments of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_payments__transactions as (
    select * from {{ ref('bronze_payments__transactions') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('payment_id')) }}
),

standardised as (
    select
        cast(nullif(trim(payment_id), '') as varchar(128)) as payment_id,
        cast(nullif(trim(order_id), '') as varchar(64)) as order_id,
        cast(lower(nullif(trim(transaction_type), '')) as varchar(32)) as transaction_type,
        cast(lower(nullif(trim(payment_method), '')) as varchar(32)) as payment_method,
        {{ try_cast_text('amount', 'decimal(18,2)') }} as amount,
        cast(upper(nullif(trim(currency_code), '')) as varchar(3)) as currency_code,
        {{ try_cast_text('payment_at', 'timestamp') }} as payment_at,
        cast(
            coalesce(lower(nullif(trim(transaction_status), '')), 'approved') as varchar(32)
        ) as transaction_status,
        cast(nullif(trim(authorisation_id), '') as varchar(128)) as authorisation_id,
        {{ try_cast_text('installments', 'integer') }} as installments,
        _file,
        _file_version,
        _landed_at,
        _run_id
    from bronze_payments__transactions
),

numbered as (
    select
        *,
        {{ copy_number('payments', 'transactions') | indent(8) }} as _copy
    from standardised
),

stg_payments__transactions as (
    select
        payment_id,
        order_id,
        transaction_type,
        payment_method,
        amount,
        currency_code,
        payment_at,
        transaction_status,
        authorisation_id,
        installments,

        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_payments__transactions
