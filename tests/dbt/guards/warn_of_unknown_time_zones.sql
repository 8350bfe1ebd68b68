{{ config(severity='warn') }}

-- Guards the clock of the stores: a time zone that does not exist gives way to that of the country, silently
-- but for this warning. The shop has to mend its stores table.

select
    stores.store_id,
    stores.time_zone
from {{ ref('stg_shop__stores') }} as stores
left join {{ ref('time_zones') }} as time_zones
    on stores.time_zone = time_zones.time_zone
where
    stores.time_zone is not null
    and time_zones.time_zone is null
