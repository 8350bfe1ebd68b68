commit;

set query_group to 'silver';

BEGIN;

create view "duckshift"."silver"."stg_fx__rates__dbt_tmp" as (
    with
bronze_fx__rates as (
    select * from "duckshift"."bronze"."bronze_fx__rates"
    where _status = 'loaded'
),
standardised as (
    select
        cast(
            case
                when (ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') ~ '^([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$') and ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') >= '0001'
                    then ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ')
            end as date
        ) as rate_date,
        cast(upper(nullif(trim(base_currency), '')) as varchar(3)) as base_currency,
        cast(upper(nullif(trim(quote_currency), '')) as varchar(3)) as quote_currency,
        cast(case when (ltrim(rtrim(rate, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') ~ '^([+-]?0{0,20}[0-9]{1,8}([.][0-9]{1,10}0{0,20})?)$') then ltrim(rtrim(rate, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') end as decimal(18,10)) as rate,
        _file,
        _file_version,
        _landed_at,
        _run_id
    from bronze_fx__rates
),
numbered as (
    select
        *,
        row_number() over (
                partition by rate_date, base_currency, quote_currency
                order by
                    _file_version desc nulls last, _file asc nulls last,
                    rate asc nulls last
            ) as _copy
    from standardised
),
stg_fx__rates as (
    select
        rate_date,
        base_currency,
        quote_currency,
        rate,
        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)
select * from stg_fx__rates
  );

alter table "duckshift"."silver"."stg_fx__rates__dbt_tmp" rename to "stg_fx__rates";

COMMIT;

BEGIN;

drop view if exists "duckshift"."silver"."stg_fx__rates__dbt_backup" cascade;

COMMIT;

BEGIN;

commit;

set query_group to 'dbt';

commit;

set query_group to 'silver';

BEGIN;

create view "duckshift"."silver"."stg_fx__rates__dbt_tmp" as (
    with
bronze_fx__rates as (
    select * from "duckshift"."bronze"."bronze_fx__rates"
    where _status = 'loaded'
),
standardised as (
    select
        cast(
            case
                when (ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') ~ '^([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$') and ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') >= '0001'
                    then ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ')
            end as date
        ) as rate_date,
        cast(upper(nullif(trim(base_currency), '')) as varchar(3)) as base_currency,
        cast(upper(nullif(trim(quote_currency), '')) as varchar(3)) as quote_currency,
        cast(case when (ltrim(rtrim(rate, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') ~ '^([+-]?0{0,20}[0-9]{1,8}([.][0-9]{1,10}0{0,20})?)$') then ltrim(rtrim(rate, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') end as decimal(18,10)) as rate,
        _file,
        _file_version,
        _landed_at,
        _run_id
    from bronze_fx__rates
),
numbered as (
    select
        *,
        row_number() over (
                partition by rate_date, base_currency, quote_currency
                order by
                    _file_version desc nulls last, _file asc nulls last,
                    rate asc nulls last
            ) as _copy
    from standardised
),
stg_fx__rates as (
    select
        rate_date,
        base_currency,
        quote_currency,
        rate,
        ---------- lineage metadata
        _file,
        _file_version,
        _landed_at,
        _run_id
    from numbered
    where _copy = 1
)
select * from stg_fx__rates
  );

alter table "duckshift"."silver"."stg_fx__rates" rename to "stg_fx__rates__dbt_backup";

alter table "duckshift"."silver"."stg_fx__rates__dbt_tmp" rename to "stg_fx__rates";

COMMIT;

BEGIN;

drop view if exists "duckshift"."silver"."stg_fx__rates__dbt_backup" cascade;

COMMIT;

BEGIN;

commit;

set query_group to 'dbt';
