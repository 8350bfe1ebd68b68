commit;

set query_group to 'silver';

BEGIN;

create table "duckshift"."silver"."stg_fx__rates" (
    rate_date date,
    base_currency varchar(3),
    quote_currency varchar(3),
    rate decimal(18,10),
    _file varchar(1024),
    _file_version bigint,
    _landed_at timestamp,
    _run_id bigint
)
diststyle auto
sortkey auto
encode auto;

insert into "duckshift"."silver"."stg_fx__rates" (
    rate_date,
    base_currency,
    quote_currency,
    rate,
    _file,
    _file_version,
    _landed_at,
    _run_id
)
select
    rate_date,
    base_currency,
    quote_currency,
    rate,
    _file,
    _file_version,
    _landed_at,
    _run_id
from (
with
affected as (
    select cast(null as integer) as affected_key
    where false
),
bronze_fx__rates as (
    select * from "duckshift"."bronze"."bronze_fx__rates"
    where
        _status = 'loaded'
        and  true
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
) as model_rows;

drop table if exists "duckshift"."ops"."changes__stg_fx__rates";

create table "duckshift"."ops"."changes__stg_fx__rates" (
        run_id bigint not null,
        op varchar(8) not null,
        old_rate_date date,
        new_rate_date date,
        old_base_currency varchar(3),
        new_base_currency varchar(3),
        old_quote_currency varchar(3),
        new_quote_currency varchar(3)
    );

insert into "duckshift"."ops"."changes__stg_fx__rates" (run_id, op)
    values (<run>, 'reset');

insert into "duckshift"."ops"."watermarks" (model_name, input_name, run_id)
    values
        ('stg_fx__rates', 'bronze_fx__rates', <run>);

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
        'stg_fx__rates',
        <run>,
        'full',
        '<checksum>',
        null,
        (select count(*) from "duckshift"."silver"."stg_fx__rates"),
        0,
        0;

COMMIT;

commit;

set query_group to 'dbt';

drop table if exists stg_fx__rates__affected;

create temporary table stg_fx__rates__affected as
    select affected_key from (
    select 1 as affected_key
    ) as found group by affected_key;

commit;

set query_group to 'silver';

create temporary table "stg_fx__rates__dbt_tmp<time>" (
    rate_date date,
    base_currency varchar(3),
    quote_currency varchar(3),
    rate decimal(18,10),
    _file varchar(1024),
    _file_version bigint,
    _landed_at timestamp,
    _run_id bigint
);

insert into "stg_fx__rates__dbt_tmp<time>" (
    rate_date,
    base_currency,
    quote_currency,
    rate,
    _file,
    _file_version,
    _landed_at,
    _run_id
)
select
    rate_date,
    base_currency,
    quote_currency,
    rate,
    _file,
    _file_version,
    _landed_at,
    _run_id
from (
with
affected as (
    select affected_key from stg_fx__rates__affected
),
bronze_fx__rates as (
    select * from "duckshift"."bronze"."bronze_fx__rates"
    where
        _status = 'loaded'
        and  1 in (select affected_key from affected)
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
) as model_rows;

BEGIN;

create temporary table stg_fx__rates__former as
    select *
    from "duckshift"."silver"."stg_fx__rates";

create temporary table stg_fx__rates__changes as
    select
        case
            when former.rate_date is null then 'insert'
            when staged.rate_date is null then 'delete'
            else 'update'
        end as op,
        former.rate_date as old_rate_date,
        staged.rate_date as new_rate_date,
        former.base_currency as old_base_currency,
        staged.base_currency as new_base_currency,
        former.quote_currency as old_quote_currency,
        staged.quote_currency as new_quote_currency
    from stg_fx__rates__former as former
    full outer join "stg_fx__rates__dbt_tmp<time>" as staged
        on
            former.rate_date = staged.rate_date and
            former.base_currency = staged.base_currency and
            former.quote_currency = staged.quote_currency
    where
        former.rate_date is null
        or staged.rate_date is null
        or (case when former.rate = staged.rate then false when former.rate is null and staged.rate is null then false else true end)
        or (case when former._file || '.' = staged._file || '.' then false when former._file || '.' is null and staged._file || '.' is null then false else true end)
        or (case when former._file_version = staged._file_version then false when former._file_version is null and staged._file_version is null then false else true end);

insert into "duckshift"."silver"."stg_fx__rates" (
        rate_date,
        base_currency,
        quote_currency,
        rate,
        _file,
        _file_version,
        _landed_at,
        _run_id
    )
    select
        staged.rate_date,
        staged.base_currency,
        staged.quote_currency,
        staged.rate,
        staged._file,
        staged._file_version,
        staged._landed_at,
        staged._run_id
    from "stg_fx__rates__dbt_tmp<time>" as staged
    inner join stg_fx__rates__changes as changes
        on
            staged.rate_date = changes.new_rate_date and
            staged.base_currency = changes.new_base_currency and
            staged.quote_currency = changes.new_quote_currency
    where changes.op != 'delete';

insert into "duckshift"."ops"."changes__stg_fx__rates"
    select
        <run> as run_id,
        op,
        old_rate_date,
        new_rate_date,
        old_base_currency,
        new_base_currency,
        old_quote_currency,
        new_quote_currency
    from stg_fx__rates__changes;

insert into "duckshift"."ops"."watermarks" (model_name, input_name, run_id)
    values
        ('stg_fx__rates', 'bronze_fx__rates', <run>);

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
        'stg_fx__rates',
        <run>,
        'incremental',
        '<checksum>',
        1,
        157,
        0,
        0;

drop table stg_fx__rates__affected;

drop table stg_fx__rates__former;

drop table stg_fx__rates__changes;

COMMIT;

commit;

set query_group to 'dbt';
