-- Physical design of tables: recorded, shown, and without any effect on how PostgreSQL keeps them.
create table rs_catalog.table_attributes (
    table_oid oid primary key,
    is_dist_auto boolean not null,
    diststyle text not null,          -- even, all, key
    distkey smallint,                 -- column number
    is_sort_auto boolean not null,
    sort_style text not null,         -- none, compound, interleaved
    sortkey smallint[] not null,      -- column numbers
    is_encode_auto boolean not null,
    encodings jsonb not null,         -- column number -> encoding, none is RAW
    is_backed_up boolean not null,
    is_temporary boolean not null,
    sorted_xid bigint,                -- rows of this transaction and of earlier ones are sorted
    analyzed_xid bigint,              -- the statistics know rows of this transaction and of earlier ones
    analyzed_rows bigint,
    counted_xid bigint,               -- deletions are found by counting the rows of that time again
    counted_rows bigint,
    dead_rows bigint not null default 0,   -- deleted before that, and not yet vacuumed
    created_at timestamp not null default (pg_catalog.now() at time zone 'UTC')
);

-- Declared keys; informational, as in Redshift, so PostgreSQL does not know them.
create table rs_catalog.table_constraints (
    table_oid oid not null,
    name name not null,
    kind "char" not null,             -- p primary key, u unique, f foreign key
    columns smallint[] not null,
    referenced_oid oid,
    referenced_columns smallint[]
);

create table rs_catalog.encoding_types (encoding text not null, type text not null,
    primary key (encoding, type));
insert into rs_catalog.encoding_types
select e.encoding, t.type
from (values
    ('az64', 'int2 int4 int8 numeric date timestamp timestamptz time timetz'),
    ('bytedict', 'int2 int4 int8 numeric float4 float8 bpchar varchar date timestamp timestamptz'),
    ('delta', 'int2 int4 int8 numeric date timestamp'),
    ('delta32k', 'int4 int8 numeric date timestamp'),
    ('lzo', 'int2 int4 int8 numeric bpchar varchar date timestamp timestamptz time timetz super varbyte'),
    ('mostly8', 'int2 int4 int8 numeric'),
    ('mostly16', 'int4 int8 numeric'),
    ('mostly32', 'int8 numeric'),
    ('runlength', 'int2 int4 int8 numeric float4 float8 bool bpchar varchar date timestamp timestamptz time timetz'),
    ('text255', 'varchar'),
    ('text32k', 'varchar'),
    ('zstd', 'int2 int4 int8 numeric float4 float8 bool bpchar varchar date timestamp timestamptz time timetz super varbyte')
) as e (encoding, types)
cross join lateral pg_catalog.string_to_table(e.types, ' ') as t (type);

create function rs_catalog.type_key(type oid) returns text language sql stable
begin atomic
    select case typname when 'text' then 'varchar' when 'bytea' then 'varbyte' else typname::text end
    from pg_catalog.pg_type where oid = type;
end;

create function rs_catalog.default_encoding(type oid, is_sortkey boolean, is_temporary boolean) returns text
language sql stable
begin atomic
    select case
        when is_sortkey or is_temporary then 'none'
        when rs_catalog.type_key(type) in ('int2', 'int4', 'int8', 'numeric', 'date', 'time', 'timetz',
            'timestamp', 'timestamptz')
            then 'az64'
        when rs_catalog.type_key(type) in ('bpchar', 'varchar', 'varbyte', 'bytea') then 'lzo'
        when rs_catalog.type_key(type) = 'super' then 'zstd'
        else 'none'
    end;
end;

create function rs_catalog.column_number(relation oid, column_name text) returns smallint
    language plpgsql stable
set search_path = pg_catalog as $$
declare
    number smallint;
begin
    select attnum into number from pg_catalog.pg_attribute
    where attrelid = relation and attname = column_name and attnum > 0 and not attisdropped;
    if number is null then
        raise exception using errcode = '42703',
            message = pg_catalog.format('column "%s" named in key does not exist', column_name);
    end if;
    return number;
end $$;

create function rs_catalog.column_numbers(relation oid, column_names jsonb) returns smallint[]
    language sql stable
begin atomic
    select coalesce(pg_catalog.array_agg(rs_catalog.column_number(relation, name) order by place), '{}')
    from pg_catalog.jsonb_array_elements_text(column_names) with ordinality as c (name, place);
end;

create function rs_catalog.column_names(relation oid, numbers smallint[]) returns text[] language sql stable
begin atomic
    select coalesce(pg_catalog.array_agg(attname::text order by place), '{}')
    from pg_catalog.unnest(numbers) with ordinality as n (number, place)
    join pg_catalog.pg_attribute on attrelid = relation and attnum = number;
end;

-- Refuses keys on columns that cannot be one.
create function rs_catalog.check_key_types(relation oid, numbers smallint[], key text) returns void
    language plpgsql stable
set search_path = pg_catalog as $$
declare
    found record;
begin
    for found in
        select attname, rs_catalog.type_text(atttypid, atttypmod) as type from pg_catalog.pg_attribute
        where attrelid = relation and attnum = any (numbers)
          and rs_catalog.type_key(atttypid) in ('super', 'varbyte', 'geometry', 'geography', 'hllsketch')
    loop
        raise exception using errcode = '0A000',
            message = pg_catalog.format('column "%s" of type %s cannot be a %s', found.attname, found.type,
                key);
    end loop;
    if (select pg_catalog.count(distinct n) from pg_catalog.unnest(numbers) as n) <
        pg_catalog.cardinality(numbers) then
        raise exception using errcode = '42701', message = pg_catalog.format('column named twice in %s', key);
    end if;
end $$;

-- The encoding of one column as it is kept: lower case, none for RAW; refuses what the type does not take.
create function rs_catalog.checked_encoding(relation oid, number smallint, encoding text) returns text
language plpgsql stable
set search_path = pg_catalog as $$
declare
    chosen text := pg_catalog.lower(encoding);
    type_of_column text;
    name_of_column name;
begin
    if chosen in ('raw', 'none') then
        return 'none';
    end if;
    if not exists (select from rs_catalog.encoding_types e where e.encoding = chosen) then
        raise exception using errcode = '42601', message = pg_catalog.format('unknown encoding type "%s"',
            chosen);
    end if;
    select rs_catalog.type_key(atttypid), attname into type_of_column, name_of_column
    from pg_catalog.pg_attribute where attrelid = relation and attnum = number;
    if not exists (select from rs_catalog.encoding_types e where e.encoding = chosen
        and e.type = type_of_column) then
        raise exception using errcode = '0A000', message = pg_catalog.format(
            'invalid encoding type specified for column "%s": %s does not take %s',
            name_of_column,
            (select rs_catalog.type_text(atttypid, atttypmod) from pg_catalog.pg_attribute
                where attrelid = relation and attnum = number),
            chosen
        );
    end if;
    return chosen;
end $$;

-- Records what CREATE TABLE said. Keys of `design`: diststyle (auto, even, all, key), distkey (name),
-- sort_style (auto, none, compound, interleaved), sortkey (names), encode_auto (null: not said), encodings
-- (name -> encoding), backup; dist_auto and sort_auto: the planner chose, so that Redshift may change it
-- later.
create function rs_catalog.record_table(relation oid, design jsonb) returns void language plpgsql
set search_path = pg_catalog as $$
declare
    dist text := coalesce(design ->> 'diststyle', 'auto');
    distributed_by smallint;
    style text := coalesce(design ->> 'sort_style', 'auto');
    keys smallint[] := rs_catalog.column_numbers(relation, coalesce(design -> 'sortkey', '[]'));
    temporary boolean := (select relpersistence = 't' from pg_catalog.pg_class where oid = relation);
    chosen jsonb := '{}';
    part record;
begin
    if design ->> 'distkey' is not null then
        distributed_by := rs_catalog.column_number(relation, design ->> 'distkey');
        perform rs_catalog.check_key_types(relation, array[distributed_by], 'distribution key');
    end if;
    perform rs_catalog.check_key_types(relation, keys, 'sort key');
    for part in
        select attnum, attname::text as name, atttypid from pg_catalog.pg_attribute
        where attrelid = relation and attnum > 0 and not attisdropped
    loop
        chosen := chosen || pg_catalog.jsonb_build_object(part.attnum::text, case
            when design -> 'encodings' ->> part.name is not null
                then rs_catalog.checked_encoding(relation, part.attnum, design -> 'encodings' ->> part.name)
            else rs_catalog.default_encoding(part.atttypid, part.attnum = any (keys), temporary)
        end);
    end loop;
    insert into rs_catalog.table_attributes (
        table_oid, is_dist_auto, diststyle, distkey, is_sort_auto, sort_style, sortkey, is_encode_auto,
            encodings, is_backed_up,
        is_temporary
    ) values (
        relation, dist = 'auto' or coalesce((design ->> 'dist_auto')::boolean, false),
            case dist when 'auto' then 'all' else dist end, distributed_by,
        style = 'auto' or coalesce((design ->> 'sort_auto')::boolean, false),
            case style when 'auto' then 'none' else style end, keys,
        coalesce((design ->> 'encode_auto')::boolean, coalesce(design -> 'encodings', '{}') = '{}'), chosen,
        coalesce((design ->> 'backup')::boolean, true), temporary
    ) on conflict (table_oid) do update set
        is_dist_auto = excluded.is_dist_auto, diststyle = excluded.diststyle, distkey = excluded.distkey,
        is_sort_auto = excluded.is_sort_auto, sort_style = excluded.sort_style, sortkey = excluded.sortkey,
        is_encode_auto = excluded.is_encode_auto, encodings = excluded.encodings,
            is_backed_up = excluded.is_backed_up,
        is_temporary = excluded.is_temporary, sorted_xid = null, analyzed_xid = null, analyzed_rows = null,
        counted_xid = null, counted_rows = null, dead_rows = 0, created_at = excluded.created_at;
    -- An oid comes back after a long time; what was known of its former owner must not.
    delete from rs_catalog.table_constraints where table_oid = relation;
end $$;

-- CREATE TABLE ... (LIKE parent) inherits distribution, sort order and backup, but no keys.
create function rs_catalog.record_like(relation oid, parent oid) returns void language plpgsql
set search_path = pg_catalog as $$
declare
    of_parent rs_catalog.table_attributes;
begin
    perform rs_catalog.record_table(relation, '{}');
    select * into of_parent from rs_catalog.table_attributes where table_oid = parent;
    if of_parent.table_oid is not null then
        -- Column numbers of the parent have gaps where columns were dropped.
        update rs_catalog.table_attributes a set
            is_dist_auto = of_parent.is_dist_auto, diststyle = of_parent.diststyle,
            distkey = (rs_catalog.renumber(parent, relation, array[of_parent.distkey]))[1],
            is_sort_auto = of_parent.is_sort_auto, sort_style = of_parent.sort_style,
            sortkey = rs_catalog.renumber(parent, relation, of_parent.sortkey),
            is_encode_auto = of_parent.is_encode_auto, is_backed_up = of_parent.is_backed_up,
            encodings = (
                select coalesce(pg_catalog.jsonb_object_agg((rs_catalog.renumber(parent, relation,
                    array[e.key::smallint]))[1], e.value), '{}')
                from pg_catalog.jsonb_each(of_parent.encodings) as e
                where (rs_catalog.renumber(parent, relation, array[e.key::smallint]))[1] is not null
            )
        where a.table_oid = relation;
    end if;
end $$;

-- Column numbers of one table as those of the columns with the same names in another.
create function rs_catalog.renumber(from_relation oid, to_relation oid, numbers smallint[]) returns smallint[]
    language sql stable
begin atomic
    select coalesce(pg_catalog.array_agg(t.attnum order by n.place), '{}')
    from pg_catalog.unnest(numbers) with ordinality as n (number, place)
    join pg_catalog.pg_attribute f on f.attrelid = from_relation and f.attnum = n.number
        and not f.attisdropped
    join pg_catalog.pg_attribute t on t.attrelid = to_relation and t.attname = f.attname
        and not t.attisdropped;
end;

-- After CREATE TABLE AS: rows are sorted and analysed as they are loaded.
create function rs_catalog.mark_loaded(relation oid, row_count bigint) returns void language sql
begin atomic
    update rs_catalog.table_attributes set
        sorted_xid = pg_catalog.pg_current_xact_id()::text::bigint,
            analyzed_xid = pg_catalog.pg_current_xact_id()::text::bigint,
        analyzed_rows = row_count, counted_xid = pg_catalog.pg_current_xact_id()::text::bigint,
            counted_rows = row_count, dead_rows = 0
    where table_oid = relation;
end;

create function rs_catalog.diststyle_text(a rs_catalog.table_attributes) returns text language sql stable
begin atomic
    select case when a.is_dist_auto then pg_catalog.format('AUTO(%s)', s.style) else s.style end
    from (select case a.diststyle
        when 'key' then pg_catalog.format('KEY(%s)', (rs_catalog.column_names(a.table_oid,
            array[a.distkey]))[1])
        else pg_catalog.upper(a.diststyle) end) as s (style);
end;

create function rs_catalog.sortkey_text(a rs_catalog.table_attributes) returns text language sql stable
begin atomic
    select case
        when a.sort_style = 'interleaved' then 'INTERLEAVED'
        when a.is_sort_auto and pg_catalog.cardinality(a.sortkey) = 0 then 'AUTO(SORTKEY)'
        when a.is_sort_auto then pg_catalog.format('AUTO(SORTKEY(%s))',
            (rs_catalog.column_names(a.table_oid, a.sortkey[1:1]))[1])
        else (rs_catalog.column_names(a.table_oid, a.sortkey[1:1]))[1]
    end;
end;

create function rs_catalog.sortkey_position(a rs_catalog.table_attributes, number smallint) returns integer
    language sql stable
begin atomic
    select coalesce(pg_catalog.array_position(a.sortkey, number), 0)
        -- Redshift gives the columns of interleaved keys alternating signs.
        * case when a.sort_style = 'interleaved' and pg_catalog.array_position(a.sortkey, number) % 2 = 1
            then -1 else 1 end;
end;

-- Declares a key. `referenced_columns` null: the primary key of the referenced table.
create function rs_catalog.add_constraint(
    relation oid, kind "char", constraint_name text, column_names jsonb, referenced oid,
        referenced_columns jsonb
) returns void language plpgsql
set search_path = pg_catalog as $$
declare
    numbers smallint[] := rs_catalog.column_numbers(relation, column_names);
    table_name name := (select relname from pg_catalog.pg_class where oid = relation);
    targets smallint[];
    chosen text := constraint_name;
    suffix text := case kind when 'p' then 'pkey' when 'u' then 'key' else 'fkey' end;
    number integer := 0;
begin
    if kind = 'p' and exists (select from rs_catalog.table_constraints c where c.table_oid = relation
        and c.kind = 'p') then
        raise exception using errcode = '42P16',
            message = pg_catalog.format('multiple primary keys for table "%s" are not allowed', table_name);
    end if;
    if kind = 'p' and exists (
        select from pg_catalog.pg_attribute where attrelid = relation and attnum = any (numbers)
            and not attnotnull
    ) then
        -- CREATE TABLE makes the columns of a primary key NOT NULL, ALTER TABLE does not.
        raise exception using errcode = '42P16', message = 'cannot add a primary key on a nullable column';
    end if;
    if kind in ('p', 'u') and exists (
        select from rs_catalog.table_constraints c where c.table_oid = relation and c.kind in ('p', 'u')
            and c.columns = numbers
    ) then
        raise exception using errcode = '42P16',
            message = pg_catalog.format('table "%s" has a key on these columns already', table_name);
    end if;
    if kind = 'f' then
        select coalesce(
            rs_catalog.column_numbers(referenced, nullif(referenced_columns, 'null')),
            (select c.columns from rs_catalog.table_constraints c where c.table_oid = referenced
                and c.kind = 'p')
        ) into targets where referenced_columns is not null and referenced_columns <> 'null';
        if targets is null then
            select c.columns into targets from rs_catalog.table_constraints c where c.table_oid = referenced
                and c.kind = 'p';
            if targets is null then
                raise exception using errcode = '42704', message = pg_catalog.format(
                    'there is no primary key for referenced table "%s"',
                    (select relname from pg_catalog.pg_class where oid = referenced));
            end if;
        end if;
        if pg_catalog.cardinality(targets) <> pg_catalog.cardinality(numbers) then
            raise exception using errcode = '42830',
                message = 'number of referencing and referenced columns for foreign key disagree';
        end if;
        if not exists (
            select from rs_catalog.table_constraints c where c.table_oid = referenced and c.kind in ('p', 'u')
              and c.columns @> targets and c.columns <@ targets
        ) then
            raise exception using errcode = '42830', message = pg_catalog.format(
                'there is no unique constraint matching given keys for referenced table "%s"',
                (select relname from pg_catalog.pg_class where oid = referenced));
        end if;
    end if;
    if chosen is null then
        loop
            chosen := pg_catalog.left(
                table_name || case when kind = 'p' then '' else '_' || (column_names ->> 0) end, 55
            ) || '_' || suffix || case when number = 0 then '' else number::text end;
            exit when not exists (select from rs_catalog.table_constraints c where c.table_oid = relation
                and c.name = chosen);
            number := number + 1;
        end loop;
    elsif exists (select from rs_catalog.table_constraints c where c.table_oid = relation and c.name = chosen)
        then
        raise exception using errcode = '42710',
            message = pg_catalog.format('constraint "%s" for relation "%s" already exists', chosen,
                table_name);
    end if;
    insert into rs_catalog.table_constraints values (relation, chosen, kind, numbers, referenced, targets);
end $$;

-- Columns that PostgreSQL left without a length get Redshift's longest.
create function rs_catalog.size_columns(relation oid) returns void language plpgsql
set search_path = pg_catalog as $$
declare
    changes text;
begin
    select pg_catalog.string_agg(pg_catalog.format('alter column %I type pg_catalog.varchar(65535)', attname),
        ', ' order by attnum)
    into changes from pg_catalog.pg_attribute
    where attrelid = relation and attnum > 0 and not attisdropped
      and (atttypid in (19, 25) or (atttypid in (1042, 1043) and atttypmod < 0));
    if changes is not null then
        execute pg_catalog.format('alter table %s %s', relation::regclass, changes);
    end if;
end $$;

-- CREATE TABLE with a column list. `keys`: [{"kind", "name", "columns", "referenced", "referenced_columns"}].
create function rs_catalog.create_table(
    name text, if_not_exists boolean, ddl text, design jsonb, keys jsonb, parent text
) returns void language plpgsql as $$
declare
    declared record;
begin
    if if_not_exists and pg_catalog.to_regclass(name) is not null then
        raise notice using message = pg_catalog.format('Relation "%s" already exists and will be skipped',
            pg_catalog.replace(name, '"', ''));
        return;
    end if;
    execute ddl;
    if parent is not null then
        perform rs_catalog.record_like(name::regclass, parent::regclass);
    else
        perform rs_catalog.record_table(name::regclass, design);
    end if;
    for declared in select k.value from pg_catalog.jsonb_array_elements(keys) as k loop
        if declared.value ->> 'kind' = 'p' then
            execute pg_catalog.format('alter table %s %s', name, (
                select pg_catalog.string_agg(pg_catalog.format('alter column %I set not null', c.name), ', ')
                from pg_catalog.jsonb_array_elements_text(declared.value -> 'columns') as c (name)));
        end if;
        perform rs_catalog.add_constraint(
            name::regclass, (declared.value ->> 'kind')::"char", declared.value ->> 'name',
                declared.value -> 'columns',
            (declared.value ->> 'referenced')::regclass, declared.value -> 'referenced_columns'
        );
    end loop;
    perform rs_catalog.bind_views();
end $$;

-- What the planner adds to the design that CREATE TABLE AS states: that of the table it scans, else rows
-- are spread evenly.
create function rs_catalog.planned_design(relation oid, design jsonb, source oid) returns jsonb
    language plpgsql stable
set search_path = pg_catalog as $$
declare
    scanned rs_catalog.table_attributes;
    keys text[];
begin
    select * into scanned from rs_catalog.table_attributes where table_oid = source;
    if design -> 'diststyle' is null then
        keys := rs_catalog.column_names(source, array[scanned.distkey]);
        design := design || case
            when scanned.diststyle = 'key' and rs_catalog.renumber(source, relation, array[scanned.distkey])
                <> '{}'
                then pg_catalog.jsonb_build_object('diststyle', 'key', 'distkey', keys[1], 'dist_auto', true)
            when scanned.diststyle = 'all' then '{"diststyle": "all", "dist_auto": true}'::jsonb
            else '{"diststyle": "even", "dist_auto": true}'::jsonb
        end;
    end if;
    if design -> 'sort_style' is null and pg_catalog.cardinality(scanned.sortkey) > 0
        and pg_catalog.cardinality(rs_catalog.renumber(source, relation, scanned.sortkey)) =
            pg_catalog.cardinality(scanned.sortkey)
    then
        design := design || pg_catalog.jsonb_build_object(
            'sort_style', scanned.sort_style, 'sort_auto', true,
            'sortkey', pg_catalog.to_jsonb(rs_catalog.column_names(source, scanned.sortkey)));
    end if;
    return design;
end $$;

-- CREATE TABLE AS: types first, so that lengths can be set before rows are written.
create function rs_catalog.create_table_as(name text, ddl text, query text, design jsonb, source text)
    returns void language plpgsql as $$
declare
    loaded bigint;
begin
    execute pg_catalog.format('%s as %s with no data', ddl, query);
    perform rs_catalog.size_columns(name::regclass);
    execute pg_catalog.format('insert into %s %s', name, query);
    get diagnostics loaded = row_count;
    perform rs_catalog.record_table(name::regclass, rs_catalog.planned_design(name::regclass, design,
        pg_catalog.to_regclass(source)));
    perform rs_catalog.mark_loaded(name::regclass, loaded);
    perform rs_catalog.bind_views();
end $$;
