-- What the SHOW commands answer.
create function rs_catalog.show_schemas(database_name text, pattern text)
returns table (database_name text, schema_name text, schema_owner bigint, schema_type text, schema_acl text,
    source_database text, schema_option text)
language sql stable
begin atomic
    select pg_catalog.current_database()::text, n.nspname::text, n.nspowner::bigint,
        case when exists (select from rs_catalog.external_schemas e where e.schema_name = n.nspname)
            then 'external' else 'local' end,
        null::text, null::text, null::text
    from rs_catalog.pg_namespace n
    where (pattern is null or n.nspname like pattern) and n.nspname not like 'pg\_toast%'
    order by n.nspname;
end;

create function rs_catalog.show_tables(of_schema text, pattern text)
returns table (
    database_name text, schema_name text, table_name text, table_type text, table_acl text, remarks text,
        owner text,
    last_altered_time timestamp, last_modified_time timestamp, dist_style text, table_subtype text
) language sql stable
begin atomic
    select pg_catalog.current_database()::text, n.nspname::text, c.relname::text,
        case c.relkind when 'r' then 'TABLE' else 'VIEW' end,
        pg_catalog.array_to_string(c.relacl, '~'), pg_catalog.obj_description(c.oid, 'pg_class'),
            pg_catalog.pg_get_userbyid(c.relowner)::text,
        null::timestamp, (select d.start_time from rs_catalog.sys_query_detail d
            where d.table_id = c.oid)::timestamp,
        case when c.relkind in ('r', 'm') then rs_catalog.diststyle_text(a) end,
        case
            when c.relkind = 'r' then 'REGULAR TABLE' when c.relkind = 'm' then 'MATERIALIZED VIEW'
            when v.is_late_binding then 'LATE BINDING VIEW' else 'REGULAR VIEW'
        end
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join rs_catalog.table_attributes a on a.table_oid = c.oid
    left join rs_catalog.view_definitions v on v.view_oid = c.oid
    where c.relkind in ('r', 'v', 'm') and n.nspname = of_schema and rs_catalog.is_user_schema(n.nspname)
      and (pattern is null or c.relname like pattern)
    union all
    select pg_catalog.current_database()::text, e.schema_name::text, e.table_name::text, 'TABLE', null, null,
        null, null, null, null, 'EXTERNAL TABLE'
    from rs_catalog.external_tables e
    where e.schema_name = of_schema and (pattern is null or e.table_name like pattern)
    order by 3;
end;

create function rs_catalog.show_columns(of_schema text, of_table text, pattern text)
returns table (
    database_name text, schema_name text, table_name text, column_name text, ordinal_position integer,
        column_default text,
    is_nullable text, data_type text, character_maximum_length integer, numeric_precision integer,
        numeric_scale integer, remarks text,
    sort_key_type text, sort_key integer, dist_key integer, encoding text, "collation" text
) language sql stable
begin atomic
    select pg_catalog.current_database()::text, c.nspname::text, c.relname::text, c.attname::text,
        c.ordinal_position, c.column_default,
        case when c.attnotnull then 'NO' else 'YES' end, rs_catalog.type_name(c.atttypid, c.atttypmod),
        rs_catalog.type_length(c.atttypid, c.atttypmod), rs_catalog.type_precision(c.atttypid, c.atttypmod),
        rs_catalog.type_scale(c.atttypid, c.atttypmod), c.remarks,
        case when c.attnum = any (a.sortkey) then pg_catalog.upper(a.sort_style) end,
        pg_catalog.array_position(a.sortkey, c.attnum), case when a.distkey = c.attnum then 1 end,
        a.encodings ->> c.attnum::text, null::text
    from rs_catalog.relation_columns c
    left join rs_catalog.table_attributes a on a.table_oid = c.relation
    where c.nspname = of_schema and c.relname = of_table and (pattern is null or c.attname like pattern)
    union all
    select pg_catalog.current_database()::text, e.schemaname, e.tablename, e.columnname, e.columnnum, null,
        'YES',
        pg_catalog.regexp_replace(e.external_type, '\(.*\)', ''),
            pg_catalog.substring(e.external_type, '^(?:var)?char\((\d+)\)')::integer,
        pg_catalog.substring(e.external_type, '^decimal\((\d+)')::integer,
            pg_catalog.substring(e.external_type, '^decimal\(\d+,(\d+)')::integer,
        null, null, null, null, null, null
    from rs_catalog.svv_external_columns e
    where e.schemaname = of_schema and e.tablename = of_table
        and (pattern is null or e.columnname like pattern)
    order by 5;
end;

create function rs_catalog.show_grants(of_schema text, of_table text)
returns table (
    database_name text, schema_name text, object_name text, object_type text, privilege_type text,
        identity_id integer, identity_name text,
    identity_type text, admin_option boolean, privilege_scope text, grantor_name text
) language sql stable
begin atomic
    select pg_catalog.current_database()::text, p.namespace_name, p.relation_name, 'TABLE', p.privilege_type,
        p.identity_id, p.identity_name,
        p.identity_type, p.admin_option, 'TABLE', null::text
    from rs_catalog.svv_relation_privileges p
    where p.namespace_name = of_schema and p.relation_name = of_table;
end;

-- CREATE TABLE as SHOW TABLE writes it.
create function rs_catalog.show_table(relation oid) returns table ("Show Table DDL statement" text)
    language sql stable
begin atomic
    select pg_catalog.format(E'CREATE TABLE %I.%I (\n%s\n)%s%s%s;', n.nspname, c.relname,
        (select pg_catalog.string_agg(pg_catalog.format('    %I %s%s%s%s', k.attname,
            rs_catalog.type_text(k.atttypid, k.atttypmod),
            case when k.attnotnull then ' NOT NULL' else '' end,
            coalesce(' DEFAULT ' || k.column_default, ''),
            coalesce(' ENCODE ' || case a.encodings ->> k.attnum::text when 'none' then 'raw'
                else a.encodings ->> k.attnum::text end, '')),
            E',\n' order by k.attnum)
            || coalesce((select pg_catalog.string_agg(pg_catalog.format(E',\n    %s (%s)%s',
                case s.kind when 'p' then 'PRIMARY KEY' when 'u' then 'UNIQUE' else 'FOREIGN KEY' end,
                pg_catalog.array_to_string(rs_catalog.column_names(c.oid, s.columns), ', '),
                case when s.kind = 'f' then pg_catalog.format(' REFERENCES %s(%s)',
                    s.referenced_oid::regclass,
                    pg_catalog.array_to_string(rs_catalog.column_names(s.referenced_oid,
                        s.referenced_columns), ', ')) else '' end),
                '' order by s.kind desc, s.name) from rs_catalog.table_constraints s
                    where s.table_oid = c.oid), '')
         from rs_catalog.relation_columns k where k.relation = c.oid),
        E'\nDISTSTYLE ' || case when a.is_dist_auto or a.table_oid is null then 'AUTO'
            else pg_catalog.upper(a.diststyle) end,
        case when a.diststyle = 'key' then E'\nDISTKEY (' || (rs_catalog.column_names(c.oid,
            array[a.distkey]))[1] || ')' else '' end,
        case
            when a.is_sort_auto or a.table_oid is null then E'\nSORTKEY AUTO'
            when pg_catalog.cardinality(a.sortkey) > 0 then pg_catalog.format(E'\n%sSORTKEY (%s)',
                case a.sort_style when 'interleaved' then 'INTERLEAVED ' else '' end,
                pg_catalog.array_to_string(rs_catalog.column_names(c.oid, a.sortkey), ', '))
            else ''
        end)
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join rs_catalog.table_attributes a on a.table_oid = c.oid
    where c.oid = relation;
end;

create function rs_catalog.show_view(relation oid) returns table ("Show View DDL statement" text)
    language sql stable
begin atomic
    select v.definition::text from rs_catalog.pg_views v
    join pg_catalog.pg_class c on c.relname = v.viewname and c.relnamespace = v.schemaname::regnamespace
    where c.oid = relation;
end;
