{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('payments', 'settlements') }}
),

bronze_payments__settlements as (
    select
        ---------- source values (text as it came)
        settlement_line_id,
        settlement_batch_id,
        payout_date,
        payment_id,
        transaction_type,
        gross_amount,
        fee_amount,
        net_amount,
        currency_code,

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

select * from bronze_payments__settlements
