-- rs_catalog: bookkeeping tables and the catalog views of Redshift. rs_functions: functions of Redshift
-- that PostgreSQL lacks or answers otherwise. rs_files: rows of external tables, filled from their files
-- when a query needs them.
create schema if not exists rs_catalog;
create schema if not exists rs_functions;
create schema if not exists rs_files;

-- Whether a schema is the user's own, temporary ones included.
create function rs_catalog.is_user_schema(nspname name) returns boolean language sql immutable
begin atomic
    select $1 not in ('pg_catalog', 'information_schema', 'rs_catalog', 'rs_functions', 'rs_files',
        'pg_toast')
       and $1 not like 'pg\_toast\_temp%';
end;

-- A type as Redshift shows it. Expressions that PostgreSQL types as text have the longest varchar there.
create function rs_catalog.type_text(type oid, modifier integer) returns text language sql stable
begin atomic
    select case
        when type = 25 or (type = 1043 and modifier < 0) then 'character varying(65535)'
        when type = 19 then 'character varying(128)'
        when type = 1700 and modifier < 0 then 'numeric(38,10)'
        else pg_catalog.replace(pg_catalog.format_type(type, modifier), 'rs_functions.', '')
    end;
end;

-- The same without length, precision and scale.
create function rs_catalog.type_name(type oid, modifier integer) returns text language sql stable
begin atomic
    select pg_catalog.regexp_replace(rs_catalog.type_text(type, modifier), '\(.*\)', '');
end;

create function rs_catalog.type_length(type oid, modifier integer) returns integer language sql stable
begin atomic
    select pg_catalog.substring(rs_catalog.type_text(type, modifier), '^character[a-z ]*\((\d+)\)')::integer;
end;

create function rs_catalog.type_precision(type oid, modifier integer) returns integer language sql stable
begin atomic
    select case type
        when 21 then 16 when 23 then 32 when 20 then 64 when 700 then 24 when 701 then 53
        else pg_catalog.substring(rs_catalog.type_text(type, modifier), '^numeric\((\d+)')::integer
    end;
end;

create function rs_catalog.type_scale(type oid, modifier integer) returns integer language sql stable
begin atomic
    select case
        when type in (20, 21, 23) then 0
        else pg_catalog.substring(rs_catalog.type_text(type, modifier), '^numeric\(\d+,(\d+)')::integer
    end;
end;

-- Fails for a relation of the server itself, which is found without its schema, too.
create function rs_catalog.refuse_own(relation oid) returns void language plpgsql as $$
declare
    own text := (select n.nspname from pg_catalog.pg_class c join pg_catalog.pg_namespace n
        on n.oid = c.relnamespace
        where c.oid = relation and n.nspname in ('rs_catalog', 'rs_functions'));
begin
    if own is not null then
        raise exception using errcode = '42501',
            message = pg_catalog.format('schema %s belongs to the local server', own);
    end if;
end $$;
