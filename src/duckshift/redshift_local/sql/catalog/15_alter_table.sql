-- ALTER TABLE: what changes the tables of PostgreSQL, and what is only recorded.
create function rs_catalog.rename_relation(relation regclass, new_name text) returns void language plpgsql
set search_path = pg_catalog as $$
begin
    if new_name like '#%' then
        raise exception using errcode = '0A000',
            message = 'cannot rename a permanent table to a name that begins with #';
    end if;
    execute pg_catalog.format('alter table %s rename to %I', relation, new_name);
end $$;

create function rs_catalog.rename_column(relation regclass, column_name text, new_name text) returns void
    language plpgsql
set search_path = pg_catalog as $$
begin
    execute pg_catalog.format('alter table %s rename column %I to %I', relation, column_name, new_name);
end $$;

create function rs_catalog.add_column(relation regclass, column_name text, definition text, encoding text)
    returns void
language plpgsql
set search_path = public, rs_functions, rs_catalog, pg_catalog as $$
declare
    number smallint;
begin
    execute pg_catalog.format('alter table %s add column %s', relation, definition);
    number := rs_catalog.column_number(relation, column_name);
    update rs_catalog.table_attributes a set encodings = a.encodings ||
        pg_catalog.jsonb_build_object(number::text, case
        when encoding is null then (
            select rs_catalog.default_encoding(t.atttypid, false, a.is_temporary)
            from pg_catalog.pg_attribute t where t.attrelid = relation and t.attnum = number)
        else rs_catalog.checked_encoding(relation, number, encoding)
    end)
    where a.table_oid = relation;
end $$;

-- Refuses what ends with a column: it must be no distribution or sort key, nor be named by other objects.
create function rs_catalog.drop_column(relation regclass, column_name text, behavior text) returns void
    language plpgsql
set search_path = pg_catalog as $$
declare
    number smallint := rs_catalog.column_number(relation, column_name);
    a rs_catalog.table_attributes;
begin
    select * into a from rs_catalog.table_attributes where table_oid = relation;
    if a.distkey = number then
        raise exception using errcode = '0A000',
            message = pg_catalog.format('cannot drop distkey column "%s"', column_name);
    end if;
    if number = any (a.sortkey) then
        raise exception using errcode = '0A000',
            message = pg_catalog.format('cannot drop sortkey column "%s"', column_name);
    end if;
    if (select pg_catalog.count(*) from pg_catalog.pg_attribute where attrelid = relation and attnum > 0
        and not attisdropped) = 1 then
        raise exception using errcode = '0A000', message = 'cannot drop the last column of a table';
    end if;
    if behavior <> 'cascade' and exists (
        select from rs_catalog.table_constraints c
        where (c.table_oid = relation and number = any (c.columns))
            or (c.referenced_oid = relation and number = any (c.referenced_columns))
    ) then
        raise exception using errcode = '2BP01',
            message = pg_catalog.format('cannot drop column %s of table %s because a key depends on it',
                column_name, relation),
            hint = 'Use DROP ... CASCADE to drop the dependent objects too.';
    end if;
    perform rs_catalog.unbind_views(relation);
    execute pg_catalog.format('alter table %s drop column %I %s', relation, column_name, behavior);
    delete from rs_catalog.table_constraints c
    where (c.table_oid = relation and number = any (c.columns))
        or (c.referenced_oid = relation and number = any (c.referenced_columns));
    update rs_catalog.table_attributes set encodings = encodings - number::text where table_oid = relation;
end $$;

create function rs_catalog.drop_constraint(relation regclass, constraint_name text, behavior text)
    returns void language plpgsql
set search_path = pg_catalog as $$
declare
    dropped rs_catalog.table_constraints;
begin
    select * into dropped from rs_catalog.table_constraints c where c.table_oid = relation
        and c.name = constraint_name;
    if dropped.table_oid is null then
        raise exception using errcode = '42704', message = pg_catalog.format('constraint "%s" does not exist',
            constraint_name);
    end if;
    if dropped.kind in ('p', 'u') and exists (
        select from rs_catalog.table_constraints c where c.referenced_oid = relation
          and c.referenced_columns @> dropped.columns and c.referenced_columns <@ dropped.columns
    ) then
        if behavior <> 'cascade' then
            raise exception using errcode = '2BP01', message = pg_catalog.format(
                'cannot drop constraint %s on table %s because other objects depend on it', constraint_name,
                    relation);
        end if;
        delete from rs_catalog.table_constraints c where c.referenced_oid = relation
          and c.referenced_columns @> dropped.columns and c.referenced_columns <@ dropped.columns;
    end if;
    delete from rs_catalog.table_constraints c where c.table_oid = relation and c.name = constraint_name;
end $$;

-- ALTER COLUMN ... TYPE varchar(n).
create function rs_catalog.alter_column_type(relation regclass, column_name text, new_type text,
    new_size integer) returns void
language plpgsql
set search_path = pg_catalog as $$
declare
    number smallint := rs_catalog.column_number(relation, column_name);
    longest integer;
    old_type oid;
    a rs_catalog.table_attributes;
begin
    select * into a from rs_catalog.table_attributes where table_oid = relation;
    select atttypid into old_type from pg_catalog.pg_attribute where attrelid = relation and attnum = number;
    if rs_catalog.type_key(old_type) not in ('varchar', 'varbyte') then
        raise exception using errcode = '0A000', message = pg_catalog.format(
            'cannot alter type of column "%s": only the size of VARCHAR can change', column_name);
    end if;
    if a.encodings ->> number::text in ('bytedict', 'runlength', 'text255', 'text32k') then
        raise exception using errcode = '0A000', message = pg_catalog.format(
            'cannot alter type of column "%s" with encoding %s', column_name, a.encodings ->> number::text);
    end if;
    if exists (select from pg_catalog.pg_attrdef d where d.adrelid = relation and d.adnum = number) then
        raise exception using errcode = '0A000',
            message = pg_catalog.format('cannot alter type of column "%s" with a default', column_name);
    end if;
    if exists (
        select from rs_catalog.table_constraints c
        where (c.table_oid = relation and number = any (c.columns))
            or (c.referenced_oid = relation and number = any (c.referenced_columns))
    ) then
        raise exception using errcode = '0A000',
            message = pg_catalog.format(
                    'cannot alter type of column "%s" of a primary, unique or foreign key', column_name);
    end if;
    execute pg_catalog.format('select pg_catalog.max(pg_catalog.octet_length(%I)) from %s', column_name,
        relation) into longest;
    if longest > new_size then
        raise exception using errcode = '22001',
            message = pg_catalog.format(
                    'target data type size should be more than current size: column "%s" holds %s bytes', column_name, longest);
    end if;
    perform rs_catalog.unbind_views(relation);
    execute pg_catalog.format('alter table %s alter column %I type %s', relation, column_name, new_type);
end $$;

-- The recorded design of a table that ALTER TABLE may change.
create function rs_catalog.design_of(relation regclass) returns rs_catalog.table_attributes language plpgsql
set search_path = pg_catalog as $$
declare
    a rs_catalog.table_attributes;
begin
    if (select relkind from pg_catalog.pg_class where oid = relation) <> 'r' then
        raise exception using errcode = '42809', message = pg_catalog.format('"%s" is not a table', relation);
    end if;
    select * into a from rs_catalog.table_attributes where table_oid = relation;
    if a.table_oid is null then
        perform rs_catalog.record_table(relation, '{}');
        select * into a from rs_catalog.table_attributes where table_oid = relation;
    end if;
    return a;
end $$;

create function rs_catalog.alter_diststyle(relation regclass, style text, column_name text) returns void
    language plpgsql
set search_path = pg_catalog as $$
declare
    a rs_catalog.table_attributes := rs_catalog.design_of(relation);
    number smallint;
begin
    if a.sort_style = 'interleaved' then
        raise exception using errcode = '0A000',
            message = 'ALTER DISTSTYLE is not supported for tables with an interleaved sort key';
    end if;
    if a.is_temporary and style in ('all', 'even') then
        raise exception using errcode = '0A000',
            message = 'ALTER DISTSTYLE is not supported for temporary tables';
    end if;
    if style = 'key' then
        number := rs_catalog.column_number(relation, column_name);
        perform rs_catalog.check_key_types(relation, array[number], 'distribution key');
    end if;
    update rs_catalog.table_attributes set
        is_dist_auto = style = 'auto',
        -- Small tables become AUTO(ALL); here all are small.
        diststyle = case style when 'auto' then 'all' else style end,
        distkey = number
    where table_oid = relation;
end $$;

create function rs_catalog.alter_sortkey(relation regclass, style text, column_names jsonb) returns void
    language plpgsql
set search_path = pg_catalog as $$
declare
    a rs_catalog.table_attributes := rs_catalog.design_of(relation);
    keys smallint[] := rs_catalog.column_numbers(relation, column_names);
    changed jsonb := a.encodings;
begin
    perform rs_catalog.check_key_types(relation, keys, 'sort key');
    if style = 'auto' then
        -- The present sort key stays until Redshift finds a better one.
        update rs_catalog.table_attributes set is_sort_auto = true where table_oid = relation;
        return;
    end if;
    -- New sort columns become RAW; columns that are sort columns no more get the default of their type.
    select a.encodings || coalesce(pg_catalog.jsonb_object_agg(t.attnum::text,
        rs_catalog.default_encoding(t.atttypid, t.attnum = any (keys), a.is_temporary)), '{}')
    into changed
    from pg_catalog.pg_attribute t
    where t.attrelid = relation and (t.attnum = any (keys) <> (t.attnum = any (a.sortkey)))
      and (t.attnum = any (keys) or a.is_encode_auto);
    update rs_catalog.table_attributes set
        is_sort_auto = false, sort_style = style, sortkey = keys, encodings = changed,
        -- The rows are sorted anew.
        sorted_xid = pg_catalog.pg_current_xact_id()::text::bigint
    where table_oid = relation;
end $$;

create function rs_catalog.alter_encode(relation regclass, column_name text, encoding text) returns void
    language plpgsql
set search_path = pg_catalog as $$
declare
    a rs_catalog.table_attributes := rs_catalog.design_of(relation);
    number smallint := rs_catalog.column_number(relation, column_name);
    chosen text := rs_catalog.checked_encoding(relation, number, encoding);
begin
    if a.sort_style = 'interleaved' then
        raise exception using errcode = '0A000',
            message = 'ALTER ENCODE is not supported for tables with an interleaved sort key';
    end if;
    if a.encodings ->> number::text = chosen then
        raise exception using errcode = '0A000',
            message = pg_catalog.format('column "%s" has the encoding %s already', column_name, encoding);
    end if;
    update rs_catalog.table_attributes set
        is_encode_auto = false, encodings = encodings || pg_catalog.jsonb_build_object(number::text, chosen)
    where table_oid = relation;
end $$;

create function rs_catalog.alter_encode_auto(relation regclass) returns void language plpgsql
set search_path = pg_catalog as $$
begin
    perform rs_catalog.design_of(relation);
    update rs_catalog.table_attributes set is_encode_auto = true where table_oid = relation;
end $$;
