commit;

set query_group to 'silver';

BEGIN;

create table "duckshift"."silver"."int_money__daily_rates" (
    currency_code varchar(3),
    valid_from_date date,
    valid_to_date date,
    rate_to_reporting decimal(18,10),
    rate_origin varchar(8)
)
diststyle auto
sortkey auto
encode auto;

insert into "duckshift"."silver"."int_money__daily_rates" (
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
affected as (
    select cast(null as integer) as affected_key
    where false
),
stg_fx__rates as (
    select * from "duckshift"."silver"."stg_fx__rates"
    where
        rate > 0
        and  true
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
        ) * cast(0.<run> as decimal(19, 10))
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
        ) * cast(0.<run> as decimal(19, 10))
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

drop table if exists "duckshift"."ops"."changes__int_money__daily_rates";

create table "duckshift"."ops"."changes__int_money__daily_rates" (
        run_id bigint not null,
        op varchar(8) not null,
        old_currency_code varchar(3),
        new_currency_code varchar(3),
        old_valid_from_date date,
        new_valid_from_date date,
        old_valid_to_date date,
        new_valid_to_date date,
        old_rate_to_reporting decimal(18,10),
        new_rate_to_reporting decimal(18,10),
        old_rate_origin varchar(8),
        new_rate_origin varchar(8)
    );

insert into "duckshift"."ops"."changes__int_money__daily_rates" (run_id, op)
    values (<run>, 'reset');

insert into "duckshift"."ops"."watermarks" (model_name, input_name, run_id)
    values
        ('int_money__daily_rates', 'stg_fx__rates', <run>);

insert into "duckshift"."ops"."model_builds" (
        model_name,
        run_id,
        build_kind,
        code_checksum,
        affected_key_count,
        inserted_row_count,
        updated_row_count,
        deleted_row_count
    )
    select
        'int_money__daily_rates',
        <run>,
        'full',
        '<checksum>',
        null,
        (select count(*) from "duckshift"."silver"."int_money__daily_rates"),
        0,
        0;

COMMIT;

commit;

set query_group to 'dbt';

drop table if exists int_money__daily_rates__affected;

create temporary table int_money__daily_rates__affected as
    select affected_key from (
    select 1 as affected_key
    ) as found group by affected_key;

commit;

set query_group to 'silver';

create temporary table "int_money__daily_rates__dbt_tmp<time>" (
    currency_code varchar(3),
    valid_from_date date,
    valid_to_date date,
    rate_to_reporting decimal(18,10),
    rate_origin varchar(8)
);

insert into "int_money__daily_rates__dbt_tmp<time>" (
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
affected as (
    select affected_key from int_money__daily_rates__affected
),
stg_fx__rates as (
    select * from "duckshift"."silver"."stg_fx__rates"
    where
        rate > 0
        and  1 in (select affected_key from affected)
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
        ) * cast(0.<run> as decimal(19, 10))
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
        ) * cast(0.<run> as decimal(19, 10))
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

BEGIN;

create temporary table int_money__daily_rates__former as
    select *
    from "duckshift"."silver"."int_money__daily_rates";

create temporary table int_money__daily_rates__changes as
    select
        case
            when former.currency_code is null then 'insert'
            when staged.currency_code is null then 'delete'
            else 'update'
        end as op,
        former.currency_code as old_currency_code,
        staged.currency_code as new_currency_code,
        former.valid_from_date as old_valid_from_date,
        staged.valid_from_date as new_valid_from_date,
        former.valid_to_date as old_valid_to_date,
        staged.valid_to_date as new_valid_to_date,
        former.rate_to_reporting as old_rate_to_reporting,
        staged.rate_to_reporting as new_rate_to_reporting,
        former.rate_origin as old_rate_origin,
        staged.rate_origin as new_rate_origin
    from int_money__daily_rates__former as former
    full outer join "int_money__daily_rates__dbt_tmp<time>" as staged
        on
            former.currency_code = staged.currency_code and
            former.valid_from_date = staged.valid_from_date
    where
        former.currency_code is null
        or staged.currency_code is null
        or (case when former.valid_to_date = staged.valid_to_date then false when former.valid_to_date is null and staged.valid_to_date is null then false else true end)
        or (case when former.rate_to_reporting = staged.rate_to_reporting then false when former.rate_to_reporting is null and staged.rate_to_reporting is null then false else true end)
        or (case when former.rate_origin || '.' = staged.rate_origin || '.' then false when former.rate_origin || '.' is null and staged.rate_origin || '.' is null then false else true end);

delete from "duckshift"."silver"."int_money__daily_rates"
    using int_money__daily_rates__changes
    where
        int_money__daily_rates__changes.op != 'insert'
        and int_money__daily_rates__changes.old_currency_code = int_money__daily_rates.currency_code
        and int_money__daily_rates__changes.old_valid_from_date = int_money__daily_rates.valid_from_date;

insert into "duckshift"."silver"."int_money__daily_rates" (
        currency_code,
        valid_from_date,
        valid_to_date,
        rate_to_reporting,
        rate_origin
    )
    select
        staged.currency_code,
        staged.valid_from_date,
        staged.valid_to_date,
        staged.rate_to_reporting,
        staged.rate_origin
    from "int_money__daily_rates__dbt_tmp<time>" as staged
    inner join int_money__daily_rates__changes as changes
        on
            staged.currency_code = changes.new_currency_code and
            staged.valid_from_date = changes.new_valid_from_date
    where changes.op != 'delete';

insert into "duckshift"."ops"."changes__int_money__daily_rates"
    select
        <run> as run_id,
        op,
        old_currency_code,
        new_currency_code,
        old_valid_from_date,
        new_valid_from_date,
        old_valid_to_date,
        new_valid_to_date,
        old_rate_to_reporting,
        new_rate_to_reporting,
        old_rate_origin,
        new_rate_origin
    from int_money__daily_rates__changes;

insert into "duckshift"."ops"."watermarks" (model_name, input_name, run_id)
    values
        ('int_money__daily_rates', 'stg_fx__rates', <run>);

insert into "duckshift"."ops"."model_builds" (
        model_name,
        run_id,
        build_kind,
        code_checksum,
        affected_key_count,
        inserted_row_count,
        updated_row_count,
        deleted_row_count
    )
    select
        'int_money__daily_rates',
        <run>,
        'incremental',
        '<checksum>',
        1,
        157,
        13,
        0;

drop table int_money__daily_rates__affected;

drop table int_money__daily_rates__former;

drop table int_money__daily_rates__changes;

COMMIT;

commit;

set query_group to 'dbt';
