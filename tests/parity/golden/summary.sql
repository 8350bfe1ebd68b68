commit;

set query_group to 'ops';

BEGIN;

create materialized view "duckshift"."ops"."ops_store_deliveries"
    sortkey (business_date_key)
    auto refresh yes
    as (
    -- One row is one file that the tills of a store delivered: a day, in one revision. Contains files without
-- receipt lines. Shows which store is silent, sends late, twice or broken, without reading bronze for it.
-- Only sums of what bronze holds for ever, so that Redshift can keep it up to date from the new rows alone:
-- no date functions, no maximum, no outer join (tests/physical/test_summaries.py).
with
bronze_pos__sales as (
    select * from "duckshift"."bronze"."bronze_pos__sales"
),
ops_store_deliveries as (
    select
        _file as file,
        cast(split_part(split_part(_file, '/store=', 2), '/', 1) as varchar(1024)) as store_id,
        cast(split_part(split_part(_file, '/year=', 2), '/', 1) as integer) * 10000
        + cast(split_part(split_part(_file, '/month=', 2), '/', 1) as integer) * 100
        + cast(split_part(split_part(_file, '/day=', 2), '/', 1) as integer) as business_date_key,
        _file_version as revision,
        count(case when _status = 'loaded' then 1 end) as loaded_line_count,
        count(case when _status = 'rejected' then 1 end) as rejected_line_count
    from bronze_pos__sales
    group by
        _file,
        _file_version
)
select * from ops_store_deliveries
    );

comment on view "duckshift"."ops"."ops_store_deliveries" is $dbt_comment_literal_block$One row is one file that the tills of a store delivered: a day, in one revision, with how many receipt lines it brought and how many of them were refused. For watching the stores. On Redshift a materialized view that is kept up to date from the new rows of bronze, on DuckDB a table (docs/physical-operations.md). definition c2d290c015a74af2e63d96b122c06ff1$dbt_comment_literal_block$;

COMMIT;

commit;

set query_group to 'dbt';

commit;

set query_group to 'ops';

BEGIN;

refresh materialized view "duckshift"."ops"."ops_store_deliveries";

COMMIT;

commit;

set query_group to 'dbt';
