{{ config(
    unique_key=['store_id', 'receipt_id', 'line_number', '_delivery'],
    sort='business_date',
    meta={
        'recompute': {
            'by': '_delivery',
            'after': {'bronze_pos__sales': "split_part(_file, '/sales.', 1)"},
        },
        'physical_reason': {'sort': 'Readers look for the lines of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

bronze_pos__sales as (
    select
        *,
        -- The folder of one store and day: a revision replaces what was delivered there before.
        split_part(_file, '/sales.', 1) as _delivery
    from {{ ref('bronze_pos__sales') }}
    where {{ is_affected("split_part(_file, '/sales.', 1)") }}
),

-- Counted over file records too: a revision without a single good line still replaces the one before.
ranked as (
    select
        *,
        max(_file_version) over (partition by _delivery) as _latest_version
    from bronze_pos__sales
),

latest_revision as (
    select * from ranked
    where
        _status = 'loaded'
        and _file_version = _latest_version
),

standardised as (
    select
        cast(
            split_part(split_part(_delivery, '/year=', 2), '/', 1)
            || '-' || split_part(split_part(_delivery, '/month=', 2), '/', 1)
            || '-' || split_part(split_part(_delivery, '/day=', 2), '/', 1)
            as date
        ) as business_date,
        cast(nullif(trim(store_id), '') as varchar(64)) as store_id,
        cast(nullif(trim(receipt_id), '') as varchar(64)) as receipt_id,
        {{ try_cast_text('line_number', 'integer') }} as line_number,
        {{ try_cast_text('sold_at', 'timestamp') }} as sold_at,
        cast(upper(nullif(replace(product_code, ' ', ''), '')) as varchar(64)) as product_code,
        {{ try_cast_text('quantity', 'bigint') }} as quantity,
        {{ try_cast_text('unit_price', 'decimal(18,6)') }} as unit_price,
        {{ try_cast_text('discount_amount', 'decimal(18,2)') }} as discount_amount,
        {{ try_cast_text('tax_rate', 'decimal(18,6)') }} as tax_rate,
        cast(lower(nullif(trim(payment_method), '')) as varchar(32)) as payment_method,
        cast(nullif(trim(customer_id), '') as varchar(64)) as customer_id,
        cast(nullif(trim(original_receipt_id), '') as varchar(64)) as original_receipt_id,
        cast(nullif(trim(loyalty_card_number), '') as varchar(64)) as loyalty_card_number,
        _delivery,
        _file,
        _file_version,
        _landed_at,
        _run_id
    from latest_revision
),

numbered as (
    select
        *,
        {{ copy_number('pos', 'sales') | indent(8) }} as _copy
    from standardised
),

stg_pos__sales as (
    select
        business_date,
        store_id,
        receipt_id,
        line_number,
        sold_at,
        product_code,
        quantity,
        unit_price,
        discount_amount,
        tax_rate,
        payment_method,
        customer_id,
        original_receipt_id,
        loyalty_card_number,

        ---------- lineage metadata
        _delivery,
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)

select * from stg_pos__sales
