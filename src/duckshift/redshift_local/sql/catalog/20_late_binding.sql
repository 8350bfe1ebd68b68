-- Definitions of views as the client wrote them, and what is needed to bind late-binding views again.
create table rs_catalog.view_definitions (
    view_oid oid primary key,
    definition text not null,
    is_late_binding boolean not null default false,
    translation text,                     -- the query for PostgreSQL
    refers_to text[] not null default '{}',   -- names of relations, as SQL
    bound_oids oid[] not null default '{}',   -- what these names meant when it was bound; 0: bind again
    bound_columns text not null default ''    -- and their columns
);

-- Stands in the place of a late-binding view's query while that cannot run: fails when the view is read,
-- not earlier.
create function rs_catalog.unbound(code text, reason text) returns setof record language plpgsql volatile
set search_path = pg_catalog as $$
begin
    raise exception using errcode = code, message = reason;
end $$;

-- The table that keeps the rows of an external table.
create function rs_catalog.cache_of(name text) returns oid language plpgsql stable
set search_path = pg_catalog as $$
begin
    return (
        select pg_catalog.to_regclass(pg_catalog.format('rs_files.%I', e.cache))
        from rs_catalog.external_tables e where pg_catalog.format('"%s"."%s"', e.schema_name, e.table_name) =
            name);
end $$;

create function rs_catalog.columns_of(relation oid) returns text[] language sql stable
begin atomic
    select coalesce(pg_catalog.array_agg(pg_catalog.format('%s %s %s', attname, atttypid, atttypmod)
        order by attnum), '{}')
    from pg_catalog.pg_attribute where attrelid = relation and attnum > 0 and not attisdropped;
end;

-- What names mean now.
create function rs_catalog.meant_by_all(names text[]) returns oid[] language sql stable
begin atomic
    select coalesce(pg_catalog.array_agg(coalesce(pg_catalog.to_regclass(name)::oid,
        rs_catalog.cache_of(name)) order by place), '{}')
    from pg_catalog.unnest(names) with ordinality as n (name, place);
end;

create function rs_catalog.columns_of_all(relations oid[]) returns text language sql stable
begin atomic
    select coalesce(pg_catalog.string_agg(rs_catalog.columns_of(relation)::text, ' ' order by place), '')
    from pg_catalog.unnest(relations) with ordinality as r (relation, place);
end;

-- Cuts a late-binding view off the relations below it; its columns and privileges stay.
create function rs_catalog.unbind_view(of_view oid, code text, reason text) returns void language plpgsql
set search_path = public, rs_functions, rs_catalog, pg_catalog as $$
declare
    columns_of_view text;
begin
    select pg_catalog.string_agg(pg_catalog.format('null::%s as %I',
        pg_catalog.format_type(atttypid, atttypmod), attname), ', ' order by attnum)
    into columns_of_view from pg_catalog.pg_attribute where attrelid = of_view and attnum > 0
        and not attisdropped;
    execute pg_catalog.format(
        'create or replace view %s as select %s from rs_catalog.unbound(%L, %L) as u (nothing integer)',
        of_view::regclass, coalesce(columns_of_view, ''), code,
        pg_catalog.regexp_replace(reason, 'relation "(rs_files\.)?x[0-9a-f]{32}"',
            'external table of this view')
    );
    update rs_catalog.view_definitions set bound_oids = pg_catalog.array_fill(0::oid,
        array[pg_catalog.cardinality(refers_to)])
    where view_oid = of_view;
end $$;

-- Cuts off all late-binding views that read a relation, so that it can be dropped or altered.
create function rs_catalog.unbind_views(relation oid) returns void language plpgsql
set search_path = public, rs_functions, rs_catalog, pg_catalog as $$
declare
    dependent oid;
begin
    for dependent in
        select distinct r.ev_class
        from pg_catalog.pg_depend d
        join pg_catalog.pg_rewrite r on r.oid = d.objid and d.classid = 'pg_catalog.pg_rewrite'::regclass
        join rs_catalog.view_definitions v on v.view_oid = r.ev_class and v.is_late_binding
        where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = relation
            and r.ev_class <> relation
    loop
        perform rs_catalog.unbind_view(dependent, '42P01', pg_catalog.format(
            'relation "%s" does not exist', (select relname from pg_catalog.pg_class where oid = relation)));
    end loop;
end $$;

-- Binds a late-binding view to the relations that its names mean now.
create function rs_catalog.bind_view(of_view oid) returns void language plpgsql
set search_path = public, rs_functions, rs_catalog, pg_catalog as $$
declare
    v rs_catalog.view_definitions;
    view_name text := of_view::regclass::text;
    rights text;
    note text := pg_catalog.obj_description(of_view, 'pg_class');
    message text;
    code text;
begin
    select * into v from rs_catalog.view_definitions where view_oid = of_view;
    begin
        execute pg_catalog.format('create or replace view %s as %s', view_name, v.translation);
    exception
        when invalid_table_definition then
            -- Other columns than before: PostgreSQL wants a new view. Privileges and comment move over.
            select pg_catalog.string_agg(pg_catalog.format('grant %s on %s to %s', a.privilege_type,
                view_name,
                case a.grantee when 0 then 'public' else a.grantee::regrole::text end), ';')
            into rights from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a where c.oid = of_view;
            begin
                perform rs_catalog.unbind_views(of_view);
                execute pg_catalog.format('drop view %s', view_name);
                execute pg_catalog.format('create view %s as %s', view_name, v.translation);
                if rights is not null then
                    execute rights;
                end if;
                if note is not null then
                    execute pg_catalog.format('comment on view %s is %L', view_name, note);
                end if;
                update rs_catalog.view_definitions set view_oid = view_name::regclass
                    where view_oid = of_view;
            exception when others then
                get stacked diagnostics message = message_text, code = returned_sqlstate;
                perform rs_catalog.unbind_view(of_view, code, message);
            end;
        when others then
            get stacked diagnostics message = message_text, code = returned_sqlstate;
            perform rs_catalog.unbind_view(of_view, code, message);
    end;
    update rs_catalog.view_definitions set
        bound_oids = rs_catalog.meant_by_all(refers_to), bound_columns =
            rs_catalog.columns_of_all(rs_catalog.meant_by_all(refers_to))
    where view_oid = view_name::regclass;
end $$;

-- Late-binding views whose names mean other relations than when they were bound or, if asked for, relations
-- with other columns.
create function rs_catalog.outdated_views(with_columns boolean) returns setof oid language sql stable
begin atomic
    select v.view_oid
    from rs_catalog.view_definitions v
    join pg_catalog.pg_class c on c.oid = v.view_oid
    where v.is_late_binding and (
        exists (
            select from rows from (pg_catalog.unnest(v.refers_to), pg_catalog.unnest(v.bound_oids))
                as r (name, bound_oid)
            where coalesce(pg_catalog.to_regclass(r.name)::oid, rs_catalog.cache_of(r.name)) is distinct
                from r.bound_oid
        )
        or (with_columns and v.bound_columns <> rs_catalog.columns_of_all(v.bound_oids))
    );
end;

-- Called after every statement that creates, renames, drops or (`with_columns`) alters relations.
create function rs_catalog.bind_views(with_columns boolean default false) returns void language plpgsql
set search_path = public, rs_functions, rs_catalog, pg_catalog as $$
declare
    outdated oid[] := array(select rs_catalog.outdated_views(with_columns));
begin
    -- A view bound again can outdate the views above it; views cannot refer to each other in a circle.
    for depth in 1..20 loop
        exit when pg_catalog.cardinality(outdated) = 0;
        perform rs_catalog.bind_view(view_oid) from pg_catalog.unnest(outdated) as o (view_oid)
        where exists (select from rs_catalog.view_definitions v where v.view_oid = o.view_oid);
        outdated := array(select rs_catalog.outdated_views(true));
    end loop;
end $$;

create function rs_catalog.record_view(
    of_view oid, definition text, is_late_binding boolean default false, translation text default null,
        refers_to text[] default '{}'
) returns void language sql
begin atomic
    insert into rs_catalog.view_definitions values (
        of_view, definition, is_late_binding, translation, refers_to
    ) on conflict (view_oid) do update set
        definition = excluded.definition, is_late_binding = excluded.is_late_binding,
            translation = excluded.translation,
        refers_to = excluded.refers_to;
end;

-- DROP of one relation; late-binding views that read it live on.
create function rs_catalog.drop_relation(kind text, name text, if_exists boolean, behavior text) returns void
    language plpgsql as $$
declare
    relation oid := pg_catalog.to_regclass(name);
    kind_of_relation "char" := (select relkind from pg_catalog.pg_class where oid = relation);
    bare_name text := pg_catalog.replace(name, '"', '');
    wanted "char" := case kind when 'table' then 'r' when 'view' then 'v' else 'm' end;
    referencing text;
begin
    perform rs_catalog.refuse_own(relation);
    if relation is null then
        if if_exists then
            raise notice using message = pg_catalog.format('%s "%s" does not exist and will be skipped',
                pg_catalog.initcap(kind), bare_name);
            return;
        end if;
        raise exception using errcode = '42P01', message = pg_catalog.format('%s "%s" does not exist',
            pg_catalog.initcap(kind), bare_name);
    end if;
    if kind_of_relation <> wanted then
        raise exception using errcode = '42809', message = pg_catalog.format('"%s" is not a %s', bare_name,
            kind);
    end if;
    if kind = 'table' then
        select f.relname into referencing from rs_catalog.table_constraints c join pg_catalog.pg_class f
            on f.oid = c.table_oid
        where c.referenced_oid = relation and c.table_oid <> relation;
        if referencing is not null and behavior <> 'cascade' then
            raise exception using errcode = '2BP01',
                message = pg_catalog.format('cannot drop table %s because other objects depend on it',
                    bare_name),
                detail = pg_catalog.format('a foreign key of table %s refers to it', referencing),
                hint = 'Use DROP ... CASCADE to drop the dependent objects too.';
        end if;
    end if;
    perform rs_catalog.unbind_views(relation);
    execute pg_catalog.format('drop %s %s %s', kind, relation::regclass, behavior);
    delete from rs_catalog.table_constraints where referenced_oid = relation or table_oid = relation;
    delete from rs_catalog.table_attributes where table_oid = relation;
    delete from rs_catalog.view_definitions v where not exists
        (select from pg_catalog.pg_class c where c.oid = v.view_oid);
end $$;

-- CREATE [OR REPLACE] VIEW ... WITH NO SCHEMA BINDING: made whether or not its query can run now.
create function rs_catalog.create_late_binding_view(
    name text, definition text, translation text, refers_to text[], or_replace boolean
) returns void language plpgsql as $$
declare
    existing oid := pg_catalog.to_regclass(name);
begin
    if existing is not null and (not or_replace or (select relkind from pg_catalog.pg_class
        where oid = existing) <> 'v') then
        raise exception using errcode = '42P07',
            message = pg_catalog.format('relation "%s" already exists', pg_catalog.replace(name, '"', ''));
    end if;
    if existing is null then
        execute pg_catalog.format(
            'create view %s as select from rs_catalog.unbound(%L, %L) as u (nothing integer)', name, '42P01',
                'not bound');
    end if;
    perform rs_catalog.record_view(pg_catalog.to_regclass(name), definition, true, translation, refers_to);
    perform rs_catalog.bind_view(pg_catalog.to_regclass(name));
    perform rs_catalog.bind_views(true);
end $$;

-- CREATE [OR REPLACE] VIEW that is bound to the relations below it.
create function rs_catalog.create_view(name text, definition text, query text, refers_to text[],
    or_replace boolean) returns void language plpgsql as $$
declare
    before text[];
    existing oid := pg_catalog.to_regclass(name);
begin
    if or_replace and existing is not null then
        before := rs_catalog.columns_of(existing);
        execute pg_catalog.format('create or replace view %s as %s', name, query);
        -- PostgreSQL adds columns at the end, Redshift does not.
        if before <> rs_catalog.columns_of(existing)
            and not (select v.is_late_binding from rs_catalog.view_definitions v where v.view_oid = existing)
                then
            raise exception using errcode = '42P16', message = 'cannot change number of columns in view';
        end if;
    else
        execute pg_catalog.format('create view %s as %s', name, query);
    end if;
    perform rs_catalog.record_view(name::regclass, definition, false, null, refers_to);
    perform rs_catalog.bind_views();
end $$;

-- DROP SCHEMA; late-binding views of other schemas that read its relations live on.
create function rs_catalog.drop_schema(name text, if_exists boolean, behavior text, drops_database boolean)
    returns void language plpgsql
set search_path = public, rs_functions, rs_catalog, pg_catalog as $$
declare
    relation oid;
begin
    if pg_catalog.to_regnamespace(pg_catalog.quote_ident(name)) is null then
        if not if_exists then
            raise exception using errcode = '3F000', message =
                pg_catalog.format('Schema "%s" does not exist', name);
        end if;
        return;
    end if;
    for relation in select oid from pg_catalog.pg_class where relnamespace =
        pg_catalog.quote_ident(name)::regnamespace loop
        perform rs_catalog.unbind_views(relation);
    end loop;
    execute pg_catalog.format('drop schema %I %s', name, behavior);
    if drops_database then
        perform rs_catalog.drop_external_table(name, e.table_name) from rs_catalog.external_tables e
            where e.schema_name = name;
    end if;
    delete from rs_catalog.external_schemas e where e.schema_name = name;
    delete from rs_catalog.view_definitions v where not exists
        (select from pg_catalog.pg_class c where c.oid = v.view_oid);
    delete from rs_catalog.table_constraints k where not exists
        (select from pg_catalog.pg_class c where c.oid = k.table_oid)
        or (k.referenced_oid is not null and not exists (select from pg_catalog.pg_class c
            where c.oid = k.referenced_oid));
end $$;
