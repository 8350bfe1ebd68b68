{{ config(severity='warn') }}

-- Guards the silence with which int_money__daily_rates passes over rates that are not positive: amounts of
-- that day then take the rate of the day before, so somebody should know.

select
    rate_date,
    base_currency,
    quote_currency,
    rate,
    _file
from {{ ref('stg_fx__rates') }}
where rate <= 0
