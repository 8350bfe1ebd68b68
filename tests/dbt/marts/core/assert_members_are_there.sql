-- Guards that every dimension has the members -1 (unknown) and -2 (not applicable), without which facts would
-- lose rows in inner joins the first time that something is missing.

with

member_counts as (
    select
        'dim_campaign' as dimension,
        count(*) as member_count
    from {{ ref('dim_campaign') }}
    where campaign_key in (-1, -2)

    union all

    select
        'dim_carrier' as dimension,
        count(*) as member_count
    from {{ ref('dim_carrier') }}
    where carrier_key in (-1, -2)

    union all

    select
        'dim_category' as dimension,
        count(*) as member_count
    from {{ ref('dim_category') }}
    where category_key in (-1, -2)

    union all

    select
        'dim_channel' as dimension,
        count(*) as member_count
    from {{ ref('dim_channel') }}
    where channel_key in (-1, -2)

    union all

    select
        'dim_currency' as dimension,
        count(*) as member_count
    from {{ ref('dim_currency') }}
    where currency_key in (-1, -2)

    union all

    select
        'dim_customer' as dimension,
        count(*) as member_count
    from {{ ref('dim_customer') }}
    where customer_key in (-1, -2)

    union all

    select
        'dim_date' as dimension,
        count(*) as member_count
    from {{ ref('dim_date') }}
    where date_key in (-1, -2)

    union all

    select
        'dim_device' as dimension,
        count(*) as member_count
    from {{ ref('dim_device') }}
    where device_key in (-1, -2)

    union all

    select
        'dim_geography' as dimension,
        count(*) as member_count
    from {{ ref('dim_geography') }}
    where geography_key in (-1, -2)

    union all

    select
        'dim_location' as dimension,
        count(*) as member_count
    from {{ ref('dim_location') }}
    where location_key in (-1, -2)

    union all

    select
        'dim_payment_method' as dimension,
        count(*) as member_count
    from {{ ref('dim_payment_method') }}
    where payment_method_key in (-1, -2)

    union all

    select
        'dim_product' as dimension,
        count(*) as member_count
    from {{ ref('dim_product') }}
    where product_key in (-1, -2)

    union all

    select
        'dim_promotion' as dimension,
        count(*) as member_count
    from {{ ref('dim_promotion') }}
    where promotion_key in (-1, -2)

    union all

    select
        'dim_return_reason' as dimension,
        count(*) as member_count
    from {{ ref('dim_return_reason') }}
    where return_reason_key in (-1, -2)

    union all

    select
        'dim_store' as dimension,
        count(*) as member_count
    from {{ ref('dim_store') }}
    where store_key in (-1, -2)

    union all

    select
        'dim_supplier' as dimension,
        count(*) as member_count
    from {{ ref('dim_supplier') }}
    where supplier_key in (-1, -2)

    union all

    select
        'dim_time_of_day' as dimension,
        count(*) as member_count
    from {{ ref('dim_time_of_day') }}
    where time_of_day_key in (-1, -2)
),

assert_members_are_there as (
    select *
    from member_counts
    where member_count != 2
)

select * from assert_members_are_there
