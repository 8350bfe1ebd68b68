{{ config(
    unique_key='settlement_line_id',
    sort='payout_date',
    meta={
        'recompute': {
            'by': 'settlement_line_id',
            'after': {'bronze_payments__settlements': trimmed('settlement_line_id')},
            'log': ['currency_code'],
        },
        'physical_reason': {'sort': 'Readers look for a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_payments__settlements as (
    select * from {{ ref('bronze_payments__settlements') }}
    where
        _status = 'loaded'
        and {{ is_affected(trimmed('settlement_line_id')) }}
),

standardised as (
    select
        cast(nullif(trim(settlement_line_id), '') as varchar(64)) as settlement_line_id,
        cast(nullif(trim(settlement_batch_id), '') as varchar(64)) as settlement_batch_id,
        {{ try_cast_text('payout_date', 'date') }} as payout_date,
        cast(nullif(trim(payment_id), '') as varchar(128)) as payment_id,
        cast(lower(nullif(trim(transaction_type), '')) as varchar(32)) as transaction_type,
        {{ try_cast_text('gross_amount', 'decimal(18,2)') }} as gross_amount,
        {{ try_cast_text('fee_amount', 'decimal(18,2)') }} as fee_amount,
        {{ try_cast_text('net_amount', 'decimal(18,2)') }} as net_amount,
        cast(upper(nullif(trim(currency_code), '')) as varchar(3)) as currency_code,
        _file,
        _file_version,
        _landed_at,
        _run_id
    from bronze_payments__settlements
),

numbered as (
    select
        *,
        {{ copy_number('payments', 'settlements') | indent(8) }} as _copy
    from standardised
),

stg_payments__settlements as (
    select
        settlement_line_id,
        settlement_batch_id,
        payout_date,
        payment_id,
        transaction_type,
        gross_amount,
        fee_amount,
        net_amount,
        currency_code,

        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_payments__settlements
