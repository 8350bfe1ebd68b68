-- System views of Redshift, as far as dbt-redshift and the macros of this project read them.

-- What svv_table_info says of the rows of one table. Sorted are the rows of the first load and of what
-- VACUUM saw, and later rows that come after them in sort order; statistics are as old as the rows that
-- came or went since ANALYZE.
create function rs_catalog.table_figures(
    relation oid, out row_count bigint, out dead_rows bigint, out unsorted numeric, out stats_off numeric,
        out skew numeric
) language plpgsql stable
set search_path = pg_catalog as $$
declare
    a rs_catalog.table_attributes;
    key text;
    hash text;
    sorted_xid bigint;
    analyzed_rows_left bigint;
    unsorted_rows bigint;
    counted_rows_left bigint;
begin
    select * into a from rs_catalog.table_attributes where table_oid = relation;
    if a.table_oid is null then
        execute pg_catalog.format('select pg_catalog.count(*) from %s', relation::regclass) into row_count;
        dead_rows := 0;
        stats_off := case when row_count > 0 then 100 else 0 end;
        return;
    end if;
    execute pg_catalog.format(
        'select pg_catalog.count(*), coalesce(%L::bigint, pg_catalog.min(xmin::text::bigint)),
            pg_catalog.count(*) filter (where xmin::text::bigint <= %L::bigint),
            pg_catalog.count(*) filter (where xmin::text::bigint <= %L::bigint)
         from %s', a.sorted_xid, a.analyzed_xid, a.counted_xid, relation::regclass
    ) into row_count, sorted_xid, analyzed_rows_left, counted_rows_left;
    dead_rows := a.dead_rows + greatest(coalesce(a.counted_rows, 0) - counted_rows_left, 0);
    stats_off := case
        when row_count = 0 then 0
        when a.analyzed_xid is null then 100
        else least(100, pg_catalog.round(
            100.0 * ((row_count - analyzed_rows_left) + greatest(a.analyzed_rows - analyzed_rows_left, 0)) /
                greatest(a.analyzed_rows, 1), 2))
    end;
    if pg_catalog.cardinality(a.sortkey) > 0 then
        select pg_catalog.string_agg(pg_catalog.format('t.%I', name), ', ' order by place) into key
        from pg_catalog.unnest(rs_catalog.column_names(relation, a.sortkey)) with ordinality
            as k (name, place);
        execute pg_catalog.format(
            'select pg_catalog.count(*)
             from (select row(%3$s) as sort_key from %1$s as t where t.xmin::text::bigint > %2$s) as added
             where added.sort_key < (
                select last_row.sort_key from (select row(%3$s) as sort_key from %1$s as t
                    where t.xmin::text::bigint <= %2$s) as last_row
                order by 1 desc limit 1)',
            relation::regclass, coalesce(sorted_xid, 0), key
        ) into unsorted_rows;
        unsorted := case when row_count = 0 then 0 else pg_catalog.round(100.0 * unsorted_rows / row_count, 2)
            end;
    end if;
    if a.diststyle = 'key' and row_count > 0 then
        -- As if the cluster had four slices. Nulls of a distribution key share one slice.
        hash := pg_catalog.quote_ident((rs_catalog.column_names(relation, array[a.distkey]))[1]);
        execute pg_catalog.format(
            'select pg_catalog.round(pg_catalog.max(n)::numeric / greatest(pg_catalog.min(n), 1), 2) from (
                select pg_catalog.count(t.slice) as n from pg_catalog.generate_series(0, 3) as s (slice)
                left join (select coalesce(pg_catalog.abs(pg_catalog.hashtextextended(%s::text, 0) %% 4), 0) as slice
                    from %s) as t
                    using (slice) group by s.slice) as slices', hash, relation::regclass
        ) into skew;
    end if;
end $$;

create view rs_catalog.svv_table_info as
select
    pg_catalog.current_database()::text as database, n.nspname::text as schema, c.oid as table_id,
        c.relname::text as "table",
    case
        when coalesce(a.is_encode_auto, true) then 'Y, AUTO(ENCODE)'
        when exists (select from pg_catalog.jsonb_each_text(a.encodings) e where e.value <> 'none') then 'Y'
        else 'N'
    end::text as encoded,
    coalesce(rs_catalog.diststyle_text(a), 'AUTO(ALL)') as diststyle,
    case when a.table_oid is null then 'AUTO(SORTKEY)' else rs_catalog.sortkey_text(a) end as sortkey1,
    coalesce((select pg_catalog.max(rs_catalog.type_length(t.atttypid, t.atttypmod))
        from pg_catalog.pg_attribute t
        where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped and t.atttypid in (25, 1043)), 0)
            as max_varchar,
    (a.encodings ->> a.sortkey[1]::text)::character(32) as sortkey1_enc,
    coalesce(pg_catalog.cardinality(a.sortkey), 0) as sortkey_num,
    greatest(1, pg_catalog.ceil(pg_catalog.pg_table_size(c.oid) / 1048576.0))::bigint as size,
    -- numeric(10, 4) and numeric(5, 2) on Redshift; queries on the catalog are passed on as they are, and the
    -- division of decimals is refused where it is not rewritten.
    0.0000::double precision as pct_used, 0::bigint as empty,
    f.unsorted::numeric(5, 2)::double precision as unsorted, f.stats_off::numeric(5, 2)::double precision
        as stats_off,
    (f.row_count + f.dead_rows)::numeric(38, 0) as tbl_rows, null::numeric(19, 2) as skew_sortkey1,
        f.skew::numeric(19, 2) as skew_rows,
    f.row_count::numeric(38, 0) as estimated_visible_rows, null::text as risk_event,
    null::numeric(12, 2) as vacuum_sort_benefit, coalesce(a.created_at, pg_catalog.now() at time zone 'UTC')
        as create_time
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join rs_catalog.table_attributes a on a.table_oid = c.oid
cross join lateral rs_catalog.table_figures(c.oid) as f
where c.relkind in ('r', 'm') and rs_catalog.is_user_schema(n.nspname) and n.nspname not like 'pg\_temp%'
  -- Redshift leaves out empty tables.
  and f.row_count + f.dead_rows > 0;

-- Redshift shows the tables of schemas on the search path only, pg_catalog among them.
create view rs_catalog.pg_table_def as
select c.nspname as schemaname, c.relname as tablename, c.attname as "column",
    rs_catalog.type_text(c.atttypid, c.atttypmod) as type,
    coalesce(a.encodings ->> c.attnum::text, 'none')::character(32) as encoding,
        coalesce(a.distkey = c.attnum, false) as distkey,
    coalesce(rs_catalog.sortkey_position(a, c.attnum), 0) as sortkey, c.attnotnull as "notnull"
from rs_catalog.relation_columns c
left join rs_catalog.table_attributes a on a.table_oid = c.relation
where c.relkind = 'r' and c.nspname = any (pg_catalog.current_schemas(true));

create view rs_catalog.svv_redshift_schemas as
select pg_catalog.current_database()::text as database_name, nspname::text as schema_name,
    nspowner::integer as schema_owner,
    'local'::text as schema_type, null::text as schema_acl, null::text as schema_option
from rs_catalog.pg_namespace;

create view rs_catalog.svv_redshift_tables as
select table_catalog as database_name, table_schema as schema_name, table_name,
    case table_type when 'BASE TABLE' then 'TABLE' else table_type end as table_type, null::text as table_acl,
    pg_catalog.obj_description(pg_catalog.to_regclass(pg_catalog.format('%I.%I', table_schema, table_name)),
        'pg_class') as remarks
from rs_catalog.information_schema_tables;

create view rs_catalog.svv_redshift_columns as
select pg_catalog.current_database()::text as database_name, c.nspname::text as schema_name,
    c.relname::text as table_name,
    c.attname::text as column_name, c.ordinal_position, rs_catalog.type_text(c.atttypid, c.atttypmod)
        as data_type,
    c.column_default::text, case when c.attnotnull then 'NO' else 'YES' end::text as is_nullable,
    coalesce(a.encodings ->> c.attnum::text, 'none')::text as encoding,
        coalesce(a.distkey = c.attnum, false) as distkey,
    coalesce(rs_catalog.sortkey_position(a, c.attnum), 0) as sortkey, null::text as column_acl, c.remarks
from rs_catalog.relation_columns c
left join rs_catalog.table_attributes a on a.table_oid = c.relation;

create view rs_catalog.svv_relation_privileges as
select n.nspname::text as namespace_name, c.relname::text as relation_name, p.privilege_type::text,
    p.grantee::integer as identity_id,
    case p.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(p.grantee)::text end as identity_name,
    case when p.grantee = 0 then 'public' when r.rolcanlogin then 'user' else 'role' end::text
        as identity_type,
    p.is_grantable as admin_option
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) as p
left join pg_catalog.pg_roles r on r.oid = p.grantee
where c.relkind in ('r', 'v', 'm') and rs_catalog.is_user_schema(n.nspname);

-- When tables were last written, from the files of PostgreSQL.
create view rs_catalog.sys_query_detail as
select c.oid as table_id, 'insert'::text as step_name,
    (pg_catalog.pg_stat_file(pg_catalog.pg_relation_filepath(c.oid), true)).modification at time zone 'UTC'
        as start_time
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and rs_catalog.is_user_schema(n.nspname);
