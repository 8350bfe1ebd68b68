{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'loyalty_cards') }}
),

bronze_shop__loyalty_cards as (
    select
        ---------- source values
        card_number,
        customer_id,
        first_name,
        last_name,
        email,
        phone,
        birth_date,
        street,
        postal_code,
        city,
        country_code,
        tier,
        card_status,
        store_id,
        issued_at,

        ---------- change log
        op,
        _commit_ts,
        _change_seq,

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

select * from bronze_shop__loyalty_cards
