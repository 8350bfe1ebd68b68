commit;

set query_group to 'silver';

BEGIN;

create table "duckshift"."silver"."int_money__daily_rates__dbt_tmp" (
    currency_code varchar(3),
    valid_from_date date,
    valid_to_date date,
    rate_to_reporting decimal(18,10),
    rate_origin varchar(8)
)
diststyle auto
sortkey auto
encode auto;

insert into "duckshift"."silver"."int_money__daily_rates__dbt_tmp" (
    currency_code,
    valid_from_date,
    valid_to_date,
    rate_to_reporting,
    rate_origin
)
select
    currency_code,
    valid_from_date,
    valid_to_date,
    rate_to_reporting,
    rate_origin
from (
-- One row is the rate of one currency to the reporting currency from one day until the next day that has one:
-- units of the reporting currency for one unit. Stated rates come first, then inverted ones, then cross rates
-- over a common base. Leaves out the reporting currency itself, and rates so far off that their inverse or
-- cross has no place in decimal(18,10): a slip of the source must not stop the run. Read by
-- int_orders__value_lines, fct_payments and fct_returns.
with
stg_fx__rates as (
    select * from "duckshift"."silver"."stg_fx__rates"
    where rate > 0
),
stated as (
    select
        rate_date,
        base_currency as currency_code,
        rate as rate_to_reporting,
        'stated' as rate_origin,
        1 as preference,
        base_currency as pivot_currency
    from stg_fx__rates
    where quote_currency = 'EUR'
),
inverted as (
    select
        rate_date,
        quote_currency as currency_code,
        cast(
        cast(
            sign(cast(1 as decimal(26, 10))) * sign(nullif(cast(rate as decimal(26, 10)), 0))
            * (((cast(abs(cast(1 as decimal(26, 10))) * cast(20000000000 as decimal(11, 0)) as decimal(37, 10)) + abs(nullif(cast(rate as decimal(26, 10)), 0))) - mod((cast(abs(cast(1 as decimal(26, 10))) * cast(20000000000 as decimal(11, 0)) as decimal(37, 10)) + abs(nullif(cast(rate as decimal(26, 10)), 0))), (abs(nullif(cast(rate as decimal(26, 10)), 0)) * cast(2 as decimal(1, 0))))) / (abs(nullif(cast(rate as decimal(26, 10)), 0)) * cast(2 as decimal(1, 0))))
            as decimal(18, 0)
        ) * cast(0.0000000001 as decimal(19, 10))
        as decimal(18, 10)
    ) as rate_to_reporting,
        'inverted' as rate_origin,
        2 as preference,
        quote_currency as pivot_currency
    from stg_fx__rates
    where
        base_currency = 'EUR'
        and rate >= 0.0000001
),
crossed as (
    select
        from_pivot.rate_date,
        from_pivot.quote_currency as currency_code,
        cast(
        cast(
            sign(cast(to_reporting.rate as decimal(26, 10))) * sign(nullif(cast(from_pivot.rate as decimal(26, 10)), 0))
            * (((cast(abs(cast(to_reporting.rate as decimal(26, 10))) * cast(20000000000 as decimal(11, 0)) as decimal(37, 10)) + abs(nullif(cast(from_pivot.rate as decimal(26, 10)), 0))) - mod((cast(abs(cast(to_reporting.rate as decimal(26, 10))) * cast(20000000000 as decimal(11, 0)) as decimal(37, 10)) + abs(nullif(cast(from_pivot.rate as decimal(26, 10)), 0))), (abs(nullif(cast(from_pivot.rate as decimal(26, 10)), 0)) * cast(2 as decimal(1, 0))))) / (abs(nullif(cast(from_pivot.rate as decimal(26, 10)), 0)) * cast(2 as decimal(1, 0))))
            as decimal(18, 0)
        ) * cast(0.0000000001 as decimal(19, 10))
        as decimal(18, 10)
    ) as rate_to_reporting,
        'crossed' as rate_origin,
        3 as preference,
        from_pivot.base_currency as pivot_currency
    from stg_fx__rates as from_pivot
    inner join stg_fx__rates as to_reporting
        on
            from_pivot.rate_date = to_reporting.rate_date
            and from_pivot.base_currency = to_reporting.base_currency
    where
        to_reporting.quote_currency = 'EUR'
        and to_reporting.rate < cast(from_pivot.rate as decimal(28, 10)) * 10000000
),
candidates as (
    select * from stated
    union all
    select * from inverted
    union all
    select * from crossed
),
ranked as (
    select
        *,
        row_number() over (
            partition by currency_code, rate_date
            order by preference asc nulls last, pivot_currency asc nulls last
        ) as choice
    from candidates
    where currency_code != 'EUR'
),
int_money__daily_rates as (
    select
        currency_code,
        rate_date as valid_from_date,
        coalesce(
            lead(rate_date) over (partition by currency_code order by rate_date asc nulls last),
            cast('9999-12-31' as date)
        ) as valid_to_date,
        rate_to_reporting,
        rate_origin
    from ranked
    where choice = 1
)
select * from int_money__daily_rates
) as model_rows;

alter table "duckshift"."silver"."int_money__daily_rates__dbt_tmp" rename to "int_money__daily_rates";

COMMIT;

BEGIN;

drop table if exists "duckshift"."silver"."int_money__daily_rates__dbt_backup" cascade;

COMMIT;

BEGIN;

commit;

set query_group to 'dbt';

commit;

set query_group to 'silver';

BEGIN;

create table "duckshift"."silver"."int_money__daily_rates__dbt_tmp" (
    currency_code varchar(3),
    valid_from_date date,
    valid_to_date date,
    rate_to_reporting decimal(18,10),
    rate_origin varchar(8)
)
diststyle auto
sortkey auto
encode auto;

insert into "duckshift"."silver"."int_money__daily_rates__dbt_tmp" (
    currency_code,
    valid_from_date,
    valid_to_date,
    rate_to_reporting,
    rate_origin
)
select
    currency_code,
    valid_from_date,
    valid_to_date,
    rate_to_reporting,
    rate_origin
from (
-- One row is the rate of one currency to the reporting currency from one day until the next day that has one:
-- units of the reporting currency for one unit. Stated rates come first, then inverted ones, then cross rates
-- over a common base. Leaves out the reporting currency itself, and rates so far off that their inverse or
-- cross has no place in decimal(18,10): a slip of the source must not stop the run. Read by
-- int_orders__value_lines, fct_payments and fct_returns.
with
stg_fx__rates as (
    select * from "duckshift"."silver"."stg_fx__rates"
    where rate > 0
),
stated as (
    select
        rate_date,
        base_currency as currency_code,
        rate as rate_to_reporting,
        'stated' as rate_origin,
        1 as preference,
        base_currency as pivot_currency
    from stg_fx__rates
    where quote_currency = 'EUR'
),
inverted as (
    select
        rate_date,
        quote_currency as currency_code,
        cast(
        cast(
            sign(cast(1 as decimal(26, 10))) * sign(nullif(cast(rate as decimal(26, 10)), 0))
            * (((cast(abs(cast(1 as decimal(26, 10))) * cast(20000000000 as decimal(11, 0)) as decimal(37, 10)) + abs(nullif(cast(rate as decimal(26, 10)), 0))) - mod((cast(abs(cast(1 as decimal(26, 10))) * cast(20000000000 as decimal(11, 0)) as decimal(37, 10)) + abs(nullif(cast(rate as decimal(26, 10)), 0))), (abs(nullif(cast(rate as decimal(26, 10)), 0)) * cast(2 as decimal(1, 0))))) / (abs(nullif(cast(rate as decimal(26, 10)), 0)) * cast(2 as decimal(1, 0))))
            as decimal(18, 0)
        ) * cast(0.0000000001 as decimal(19, 10))
        as decimal(18, 10)
    ) as rate_to_reporting,
        'inverted' as rate_origin,
        2 as preference,
        quote_currency as pivot_currency
    from stg_fx__rates
    where
        base_currency = 'EUR'
        and rate >= 0.0000001
),
crossed as (
    select
        from_pivot.rate_date,
        from_pivot.quote_currency as currency_code,
        cast(
        cast(
            sign(cast(to_reporting.rate as decimal(26, 10))) * sign(nullif(cast(from_pivot.rate as decimal(26, 10)), 0))
            * (((cast(abs(cast(to_reporting.rate as decimal(26, 10))) * cast(20000000000 as decimal(11, 0)) as decimal(37, 10)) + abs(nullif(cast(from_pivot.rate as decimal(26, 10)), 0))) - mod((cast(abs(cast(to_reporting.rate as decimal(26, 10))) * cast(20000000000 as decimal(11, 0)) as decimal(37, 10)) + abs(nullif(cast(from_pivot.rate as decimal(26, 10)), 0))), (abs(nullif(cast(from_pivot.rate as decimal(26, 10)), 0)) * cast(2 as decimal(1, 0))))) / (abs(nullif(cast(from_pivot.rate as decimal(26, 10)), 0)) * cast(2 as decimal(1, 0))))
            as decimal(18, 0)
        ) * cast(0.0000000001 as decimal(19, 10))
        as decimal(18, 10)
    ) as rate_to_reporting,
        'crossed' as rate_origin,
        3 as preference,
        from_pivot.base_currency as pivot_currency
    from stg_fx__rates as from_pivot
    inner join stg_fx__rates as to_reporting
        on
            from_pivot.rate_date = to_reporting.rate_date
            and from_pivot.base_currency = to_reporting.base_currency
    where
        to_reporting.quote_currency = 'EUR'
        and to_reporting.rate < cast(from_pivot.rate as decimal(28, 10)) * 10000000
),
candidates as (
    select * from stated
    union all
    select * from inverted
    union all
    select * from crossed
),
ranked as (
    select
        *,
        row_number() over (
            partition by currency_code, rate_date
            order by preference asc nulls last, pivot_currency asc nulls last
        ) as choice
    from candidates
    where currency_code != 'EUR'
),
int_money__daily_rates as (
    select
        currency_code,
        rate_date as valid_from_date,
        coalesce(
            lead(rate_date) over (partition by currency_code order by rate_date asc nulls last),
            cast('9999-12-31' as date)
        ) as valid_to_date,
        rate_to_reporting,
        rate_origin
    from ranked
    where choice = 1
)
select * from int_money__daily_rates
) as model_rows;

alter table "duckshift"."silver"."int_money__daily_rates" rename to "int_money__daily_rates__dbt_backup";

alter table "duckshift"."silver"."int_money__daily_rates__dbt_tmp" rename to "int_money__daily_rates";

COMMIT;

BEGIN;

drop table if exists "duckshift"."silver"."int_money__daily_rates__dbt_backup" cascade;

COMMIT;

BEGIN;

commit;

set query_group to 'dbt';
