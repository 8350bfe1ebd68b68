{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('payments', 'transactions') }}
),

bronze_payments__transactions as (
    select
        ---------- source values (text as it came)
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

        ---------- columns beyond the contract, as JSON
        _extra,

        ---------- what became of the record
        _status,
        _reason,
        _raw,

        ---------- where it came from
        _file,
        _file_version,
        _line,
        _landed_at,

        ---------- which run loaded it
        _run_id,
        _loaded_at
    from landed
)

select * from bronze_payments__transactions
