{{ config(severity='warn') }}

-- Warns of codes of carriers, channels, currencies, ways to pay and reasons that facts name and the seeds
-- lack: they work, but have no name and no attributes until somebody adds them to the seed.

select
    'carriers' as seed,
    carrier_code as code
from {{ ref('dim_carrier') }}
where is_inferred

union all

select
    'channels' as seed,
    channel_code as code
from {{ ref('dim_channel') }}
where is_inferred

union all

select
    'currencies' as seed,
    currency_code as code
from {{ ref('dim_currency') }}
where is_inferred

union all

select
    'payment_methods' as seed,
    payment_method_code as code
from {{ ref('dim_payment_method') }}
where is_inferred

union all

select
    'return_reasons' as seed,
    reason_code as code
from {{ ref('dim_return_reason') }}
where is_inferred
