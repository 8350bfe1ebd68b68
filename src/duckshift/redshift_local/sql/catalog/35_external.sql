-- External schemas, and the tables of the data catalog that they show. Tables belong to a database of the
-- catalog: they outlive the schemas that point to it, and several schemas can show them.
create table rs_catalog.external_schemas (
    schema_name name primary key,
    database_name text not null,
    options text not null
);

create table rs_catalog.catalog_tables (
    database_name text not null,
    table_name name not null,
    location text not null,
    format text not null,                 -- parquet, text
    columns jsonb not null,               -- [{"name", "type" (as shown), "postgres"}], partition columns last
    partition_columns integer not null,
    options jsonb not null,
    cache name not null,                  -- table in rs_files
    primary key (database_name, table_name)
);

create table rs_catalog.catalog_partitions (
    database_name text not null,
    table_name name not null,
    partition_values jsonb not null,      -- texts in the order of the partition columns
    location text not null,
    primary key (database_name, table_name, partition_values)
);

-- Files whose rows are in rs_files.
create table rs_catalog.read_files (
    database_name text not null,
    table_name name not null,
    uri text not null,
    partition_values jsonb not null,
    stamp text not null                   -- size and time of last change
);
create index on rs_catalog.read_files (database_name, table_name);

create view rs_catalog.external_tables as
select s.schema_name, t.*
from rs_catalog.external_schemas s
join rs_catalog.catalog_tables t using (database_name);

create function rs_catalog.refuse_external_change() returns trigger language plpgsql
set search_path = pg_catalog as $$
begin
    if coalesce(pg_catalog.current_setting('rs.filling', true), '') <> 'on' then
        raise exception using errcode = '0A000',
            message = 'limit of the local Redshift server: external tables cannot be written; write their files by UNLOAD';
    end if;
    return null;
end $$;

-- (Re)creates the table that keeps the rows of an external table; late-binding views over it live on.
create function rs_catalog.make_cache(t rs_catalog.catalog_tables) returns void language plpgsql
set search_path = public, rs_functions, rs_catalog, pg_catalog as $$
declare
    cache oid := pg_catalog.to_regclass(pg_catalog.format('rs_files.%I', t.cache));
    definitions text;
begin
    if cache is not null then
        perform rs_catalog.unbind_views(cache);
        execute pg_catalog.format('drop table rs_files.%I', t.cache);
    end if;
    select pg_catalog.string_agg(pg_catalog.format('%I %s', c.value ->> 'name', c.value ->> 'postgres'),
        ', ' order by c.place)
    into definitions from pg_catalog.jsonb_array_elements(t.columns) with ordinality as c (value, place);
    execute pg_catalog.format('create table rs_files.%I (%s, "$path" varchar(65535), "$size" bigint)',
        t.cache, definitions);
    execute pg_catalog.format(
        'create trigger refuse_change before insert or update or delete or truncate on rs_files.%I
            execute function rs_catalog.refuse_external_change()',
        t.cache);
    delete from rs_catalog.read_files f where f.database_name = t.database_name
        and f.table_name = t.table_name;
    perform rs_catalog.bind_views(true);
end $$;

create function rs_catalog.create_external_schema(name text, database_name text, options text,
    if_not_exists boolean) returns void
language plpgsql as $$
begin
    if pg_catalog.to_regnamespace(pg_catalog.quote_ident(name)) is not null then
        if if_not_exists then
            raise notice using message = pg_catalog.format('Schema "%s" already exists and will be skipped',
                name);
            return;
        end if;
        raise exception using errcode = '42P06', message = pg_catalog.format('Schema "%s" already exists',
            name);
    end if;
    -- An empty schema of PostgreSQL, so that it is seen among the others.
    execute pg_catalog.format('create schema %I', name);
    insert into rs_catalog.external_schemas values (name, database_name, options);
end $$;

create function rs_catalog.catalog_database(schema_name text) returns text language plpgsql stable
set search_path = pg_catalog as $$
declare
    found text;
begin
    select s.database_name into found from rs_catalog.external_schemas s
        where s.schema_name = catalog_database.schema_name;
    if found is null then
        raise exception using errcode = '42809', message = pg_catalog.format('"%s" is not an external schema',
            schema_name);
    end if;
    return found;
end $$;

create function rs_catalog.create_external_table(
    schema_name text, name text, location text, format text, columns jsonb, partition_columns integer,
        options jsonb
) returns void language plpgsql
set search_path = pg_catalog as $$
declare
    database_of_schema text := rs_catalog.catalog_database(schema_name);
    created rs_catalog.catalog_tables;
begin
    if exists (select from rs_catalog.catalog_tables t where t.database_name = database_of_schema
        and t.table_name = name) then
        raise exception using errcode = '42P07',
            message = pg_catalog.format('External table "%s" already exists in database "%s"', name,
                database_of_schema);
    end if;
    insert into rs_catalog.catalog_tables values (
        database_of_schema, name, location, format, columns, partition_columns, options,
        -- The same name when the table is created again, because translations of late-binding views hold it.
        'x' || pg_catalog.md5(database_of_schema || '.' || name)
    ) returning * into created;
    perform rs_catalog.make_cache(created);
end $$;

create function rs_catalog.drop_external_table(schema_name text, name text) returns void language plpgsql
set search_path = pg_catalog as $$
declare
    dropped rs_catalog.catalog_tables;
    cache oid;
begin
    delete from rs_catalog.catalog_tables t
    where t.database_name = rs_catalog.catalog_database(schema_name)
        and t.table_name = name returning * into dropped;
    delete from rs_catalog.catalog_partitions p where p.database_name = dropped.database_name
        and p.table_name = name;
    delete from rs_catalog.read_files f where f.database_name = dropped.database_name and f.table_name = name;
    cache := pg_catalog.to_regclass(pg_catalog.format('rs_files.%I', dropped.cache));
    perform rs_catalog.unbind_views(cache);
    execute pg_catalog.format('drop table rs_files.%I', dropped.cache);
    perform rs_catalog.bind_views();
end $$;

create function rs_catalog.add_partition(schema_name text, name text, partition_values jsonb, location text,
    if_not_exists boolean)
returns void language plpgsql
set search_path = pg_catalog as $$
begin
    insert into rs_catalog.catalog_partitions values (rs_catalog.catalog_database(schema_name), name,
        partition_values, location);
exception when unique_violation then
    if if_not_exists then
        raise notice 'Partition already exists.';
    else
        raise exception using errcode = '42710', message = 'Error: Partition already exists.';
    end if;
end $$;

create function rs_catalog.drop_partition(schema_name text, name text, dropped_values jsonb) returns void
    language plpgsql
set search_path = pg_catalog as $$
begin
    delete from rs_catalog.catalog_partitions p
    where p.database_name = rs_catalog.catalog_database(schema_name) and p.table_name = name
        and p.partition_values = dropped_values;
    if not found then
        raise exception using errcode = '42704', message = 'Error: Partition does not exist.';
    end if;
end $$;

create function rs_catalog.set_partition_location(schema_name text, name text, changed_values jsonb,
    new_location text) returns void
language plpgsql
set search_path = pg_catalog as $$
begin
    update rs_catalog.catalog_partitions p set location = new_location
    where p.database_name = rs_catalog.catalog_database(schema_name) and p.table_name = name
        and p.partition_values = changed_values;
    if not found then
        raise exception using errcode = '42704', message = 'Error: Partition does not exist.';
    end if;
end $$;

-- ADD COLUMN, DROP COLUMN, SET LOCATION, SET TABLE PROPERTIES: everything is read anew.
create function rs_catalog.alter_external_table(schema_name text, name text, new_columns jsonb,
    new_location text, new_options jsonb)
returns void language plpgsql
set search_path = pg_catalog as $$
declare
    changed rs_catalog.catalog_tables;
begin
    update rs_catalog.catalog_tables t set
        columns = coalesce(new_columns, t.columns), location = coalesce(new_location, t.location),
            options = t.options || coalesce(new_options, '{}')
    where t.database_name = rs_catalog.catalog_database(schema_name)
        and t.table_name = name returning * into changed;
    perform rs_catalog.make_cache(changed);
end $$;

-- The external tables that a name reads: itself, or those below a view.
create function rs_catalog.external_tables_of(name text) returns setof rs_catalog.external_tables
    language sql stable
begin atomic
    with recursive names (name) as (
        select external_tables_of.name
        union
        select r.name
        from names n
        join rs_catalog.view_definitions v on v.view_oid = pg_catalog.to_regclass(n.name)
        cross join lateral pg_catalog.unnest(v.refers_to) as r (name)
    )
    select e.*
    from rs_catalog.external_tables e
    where pg_catalog.format('"%s"."%s"', e.schema_name, e.table_name) in (select n.name from names n);
end;

create view rs_catalog.svv_external_databases as
select distinct 1 as eskind, '{}'::text as esoptions, database_name as databasename, ''::text as location,
    ''::text as parameters
from rs_catalog.external_schemas;

create view rs_catalog.svv_external_schemas as
select n.oid as esoid, 1::smallint as eskind, e.schema_name::text as schemaname,
    n.nspowner::integer as esowner, e.database_name as databasename,
    e.options as esoptions
from rs_catalog.external_schemas e
join pg_catalog.pg_namespace n on n.nspname = e.schema_name;

create view rs_catalog.svv_external_tables as
select pg_catalog.current_database()::text as redshift_database_name, t.schema_name::text as schemaname,
    t.table_name::text as tablename, 'TABLE'::text as tabletype,
    t.location,
    case t.format when 'parquet' then 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat'
        else 'org.apache.hadoop.mapred.TextInputFormat' end::text as input_format,
    case t.format when 'parquet' then 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'
        else 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' end::text as output_format,
    case t.format when 'parquet' then 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
        else 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' end::text as serialization_lib,
    null::text as serde_parameters, 0 as compressed, t.options::text as parameters
from rs_catalog.external_tables t;

create view rs_catalog.svv_external_columns as
select pg_catalog.current_database()::text as redshift_database_name, t.schema_name::text as schemaname,
    t.table_name::text as tablename, c.value ->> 'name' as columnname,
    c.value ->> 'type' as external_type, c.place::integer as columnnum,
    greatest(c.place - (pg_catalog.jsonb_array_length(t.columns) - t.partition_columns), 0)::integer
        as part_key, 'true'::text as is_nullable
from rs_catalog.external_tables t
cross join lateral pg_catalog.jsonb_array_elements(t.columns) with ordinality as c (value, place);

create view rs_catalog.svv_external_partitions as
select t.schemaname, t.tablename, p.partition_values::text as values, p.location,
    t.input_format, t.output_format, t.serialization_lib, t.serde_parameters, 0 as compressed,
        '{}'::text as parameters
from rs_catalog.catalog_partitions p
join rs_catalog.external_schemas s using (database_name)
join rs_catalog.svv_external_tables t on t.schemaname = s.schema_name and t.tablename = p.table_name;

create view rs_catalog.svv_tables as
select table_catalog, table_schema, table_name, table_type, null::text as remarks
    from rs_catalog.information_schema_tables
union all
select pg_catalog.current_database()::text, schema_name::text, table_name::text, 'EXTERNAL TABLE',
    null from rs_catalog.external_tables;

create view rs_catalog.svv_columns as
select table_catalog, table_schema, table_name, column_name, ordinal_position, column_default, is_nullable,
    data_type,
    character_maximum_length, numeric_precision, numeric_scale, null::text as remarks
from rs_catalog.information_schema_columns
union all
select pg_catalog.current_database()::text, schemaname, tablename, columnname, columnnum, null, 'YES',
    pg_catalog.regexp_replace(external_type, '\(.*\)', ''), pg_catalog.substring(external_type,
        '^(?:var)?char\((\d+)\)')::integer,
    pg_catalog.substring(external_type, '^decimal\((\d+)')::integer,
    pg_catalog.substring(external_type, '^decimal\(\d+,(\d+)')::integer, null
from rs_catalog.svv_external_columns;
