-- The catalog of PostgreSQL as Redshift shows it. These views shadow their namesakes of pg_catalog:
-- materialized views are views there, late-binding views have no columns and no dependencies, our own
-- schemas are not seen.
create view rs_catalog.pg_namespace as
select * from pg_catalog.pg_namespace
where nspname not in ('rs_catalog', 'rs_functions', 'rs_files');

create view rs_catalog.pg_class as
select
    c.oid, c.relname, c.relnamespace, c.reltype, c.relowner, c.relam, c.relfilenode, c.relpages, c.reltuples,
        c.relhasindex,
    c.relisshared, case c.relkind when 'm' then 'v' else c.relkind end as relkind, c.relnatts, c.relchecks,
        c.relhasrules,
    c.relacl,
    case
        when c.relkind not in ('r', 'm') then 0
        when a.is_dist_auto then 9
        else case a.diststyle when 'key' then 1 when 'all' then 8 else 0 end
    end::smallint as reldiststyle,
    case
        when c.relkind not in ('r', 'm') then 0
        when a.is_dist_auto then case a.diststyle when 'all' then 10 when 'key' then 12 else 11 end
        else case a.diststyle when 'key' then 1 when 'all' then 8 else 0 end
    end::smallint as releffectivediststyle
from pg_catalog.pg_class c
left join rs_catalog.table_attributes a on a.table_oid = c.oid
where c.relnamespace::regnamespace::text not in ('rs_catalog', 'rs_functions', 'rs_files')
  and c.relkind in ('r', 'v', 'm', 'p')
union all
-- The table that keeps the rows of a materialized view.
select
    c.oid, pg_catalog.left('mv_tbl__' || c.relname, 60) || '__0', c.relnamespace, c.reltype, c.relowner,
        c.relam, c.relfilenode, c.relpages,
    c.reltuples, c.relhasindex, c.relisshared, 'r', c.relnatts, c.relchecks, c.relhasrules, c.relacl,
    case when a.is_dist_auto then 9 else case a.diststyle when 'key' then 1 when 'all' then 8 else 0 end
        end::smallint,
    case when a.is_dist_auto then case a.diststyle when 'all' then 10 when 'key' then 12 else 11 end
         else case a.diststyle when 'key' then 1 when 'all' then 8 else 0 end end::smallint
from pg_catalog.pg_class c
left join rs_catalog.table_attributes a on a.table_oid = c.oid
where c.relkind = 'm';

create view rs_catalog.pg_class_info as
select oid as reloid, relname, relnamespace, reltype, relowner, reltuples, relkind, relnatts, reldiststyle,
    releffectivediststyle,
       a.created_at as relcreationtime
from rs_catalog.pg_class
left join rs_catalog.table_attributes a on a.table_oid = oid;

create view rs_catalog.pg_attribute as
select
    t.attrelid, t.attname, t.atttypid, t.attlen, t.attnum, t.attndims, t.atttypmod, t.attbyval, t.attnotnull,
        t.atthasdef,
    t.attisdropped, coalesce(a.distkey = t.attnum and not t.attisdropped, false) as attisdistkey,
    coalesce(rs_catalog.sortkey_position(a, t.attnum), 0) as attsortkeyord
from pg_catalog.pg_attribute t
left join rs_catalog.table_attributes a on a.table_oid = t.attrelid
where not exists (select from rs_catalog.view_definitions v where v.view_oid = t.attrelid
    and v.is_late_binding);

create view rs_catalog.pg_tables as
select * from pg_catalog.pg_tables where schemaname not in ('rs_catalog', 'rs_functions', 'rs_files');

create view rs_catalog.pg_views as
select n.nspname as schemaname, c.relname as viewname, pg_catalog.pg_get_userbyid(c.relowner) as viewowner,
    coalesce(v.definition, pg_catalog.pg_get_viewdef(c.oid)) as definition
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join rs_catalog.view_definitions v on v.view_oid = c.oid
where c.relkind in ('v', 'm') and n.nspname not in ('rs_catalog', 'rs_functions', 'rs_files', 'pg_catalog',
    'information_schema');

create view rs_catalog.pg_proc as
select * from pg_catalog.pg_proc
where pronamespace::regnamespace::text not in ('rs_catalog', 'rs_functions', 'rs_files');

create view rs_catalog.pg_depend as
select d.* from pg_catalog.pg_depend d
where not exists (
    select from pg_catalog.pg_rewrite r join rs_catalog.view_definitions v on v.view_oid = r.ev_class
        and v.is_late_binding
    where r.oid = d.objid and d.classid = 'pg_catalog.pg_rewrite'::regclass
);

create view rs_catalog.pg_constraint as
select c.name as conname, t.relnamespace as connamespace, c.kind as contype, false as condeferrable,
    false as condeferred,
    c.table_oid as conrelid, 0::oid as contypid, coalesce(c.referenced_oid, 0) as confrelid,
        c.columns as conkey,
    c.referenced_columns as confkey
from rs_catalog.table_constraints c
join pg_catalog.pg_class t on t.oid = c.table_oid;

-- Columns of tables, views and materialized views of user schemas; those of late-binding views are known to
-- pg_get_late_binding_view_cols() only.
create view rs_catalog.relation_columns as
select
    c.oid as relation, n.nspname, c.relname, c.relkind, t.attnum, t.attname, t.atttypid, t.atttypmod,
        t.attnotnull,
    coalesce(v.is_late_binding, false) as is_late_binding,
    pg_catalog.row_number() over (partition by c.oid order by t.attnum)::integer as ordinal_position,
    (select pg_catalog.pg_get_expr(d.adbin, d.adrelid) from pg_catalog.pg_attrdef d where d.adrelid = c.oid
        and d.adnum = t.attnum)
        as column_default,
    pg_catalog.col_description(c.oid, t.attnum) as remarks
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
left join rs_catalog.view_definitions v on v.view_oid = c.oid
where c.relkind in ('r', 'v', 'm') and rs_catalog.is_user_schema(n.nspname);

create view rs_catalog.information_schema_schemata as
select pg_catalog.current_database()::text as catalog_name, nspname::text as schema_name,
    pg_catalog.pg_get_userbyid(nspowner)::text as schema_owner
from rs_catalog.pg_namespace;

create view rs_catalog.information_schema_tables as
select pg_catalog.current_database()::text as table_catalog, n.nspname::text as table_schema,
    c.relname::text as table_name,
    case when c.relpersistence = 't' and c.relkind = 'r' then 'LOCAL TEMPORARY' when c.relkind = 'r'
        then 'BASE TABLE' else 'VIEW' end::text
        as table_type
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm') and rs_catalog.is_user_schema(n.nspname);

create view rs_catalog.information_schema_views as
select pg_catalog.current_database()::text as table_catalog, schemaname::text as table_schema,
    viewname::text as table_name,
    definition::text as view_definition
from rs_catalog.pg_views
where rs_catalog.is_user_schema(schemaname);

create view rs_catalog.information_schema_columns as
select pg_catalog.current_database()::text as table_catalog, nspname::text as table_schema,
    relname::text as table_name,
    attname::text as column_name, ordinal_position, column_default::text,
    case when attnotnull then 'NO' else 'YES' end::text as is_nullable,
    rs_catalog.type_name(atttypid, atttypmod) as data_type,
    rs_catalog.type_length(atttypid, atttypmod) as character_maximum_length,
    rs_catalog.type_precision(atttypid, atttypmod) as numeric_precision,
    rs_catalog.type_scale(atttypid, atttypmod) as numeric_scale
from rs_catalog.relation_columns
where not is_late_binding;

create view rs_catalog.information_schema_table_constraints as
select pg_catalog.current_database()::text as constraint_catalog, n.nspname::text as constraint_schema,
    c.name::text as constraint_name,
    pg_catalog.current_database()::text as table_catalog, n.nspname::text as table_schema,
        t.relname::text as table_name,
    case c.kind when 'p' then 'PRIMARY KEY' when 'u' then 'UNIQUE' else 'FOREIGN KEY' end::text
        as constraint_type
from rs_catalog.table_constraints c
join pg_catalog.pg_class t on t.oid = c.table_oid
join pg_catalog.pg_namespace n on n.oid = t.relnamespace;

create view rs_catalog.information_schema_key_column_usage as
select pg_catalog.current_database()::text as constraint_catalog, n.nspname::text as constraint_schema,
    c.name::text as constraint_name,
    pg_catalog.current_database()::text as table_catalog, n.nspname::text as table_schema,
        t.relname::text as table_name,
    a.attname::text as column_name, k.place::integer as ordinal_position
from rs_catalog.table_constraints c
join pg_catalog.pg_class t on t.oid = c.table_oid
join pg_catalog.pg_namespace n on n.oid = t.relnamespace
cross join lateral pg_catalog.unnest(c.columns) with ordinality as k (number, place)
join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = k.number;

create view rs_catalog.information_schema_referential_constraints as
select pg_catalog.current_database()::text as constraint_catalog, n.nspname::text as constraint_schema,
    c.name::text as constraint_name,
    pg_catalog.current_database()::text as unique_constraint_catalog,
        rn.nspname::text as unique_constraint_schema,
    u.name::text as unique_constraint_name
from rs_catalog.table_constraints c
join pg_catalog.pg_class t on t.oid = c.table_oid
join pg_catalog.pg_namespace n on n.oid = t.relnamespace
join pg_catalog.pg_class r on r.oid = c.referenced_oid
join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
join rs_catalog.table_constraints u on u.table_oid = c.referenced_oid and u.kind in ('p', 'u')
    and u.columns @> c.referenced_columns and u.columns <@ c.referenced_columns
where c.kind = 'f';

-- Columns of late-binding views that can be read now; Redshift leaves out those that cannot.
create function rs_catalog.pg_get_late_binding_view_cols() returns setof record language sql stable
begin atomic
    select c.nspname, c.relname, c.attname, rs_catalog.type_text(c.atttypid, c.atttypmod)::varchar,
        c.ordinal_position
    from rs_catalog.relation_columns c
    where c.is_late_binding;
end;
