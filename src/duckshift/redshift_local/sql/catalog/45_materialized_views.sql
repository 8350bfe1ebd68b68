-- Materialized views: those of PostgreSQL, and what Redshift knows of them beside.
create table rs_catalog.materialized_views (
    view_oid oid primary key,
    is_auto_refreshed boolean not null,
    recompute_reason text,                -- null: refreshed incrementally
    bases text[] not null,                -- qualified names as SQL
    base_oids oid[] not null,
    must_recompute boolean not null default false,
    seen text[] not null default '{}'     -- what the bases held at the last refresh
);

create table rs_catalog.refresh_log (
    view_oid oid not null,
    view_name text not null,
    status text not null,
    is_automatic boolean not null,
    run_at timestamp not null default (pg_catalog.clock_timestamp() at time zone 'UTC')
);

-- What a table holds: number of rows, and newest transactions that wrote or deleted some.
create function rs_catalog.content_of(relation oid) returns text language plpgsql stable
set search_path = pg_catalog as $$
declare
    content text;
begin
    if not exists (select from pg_catalog.pg_class where oid = relation and relkind in ('r', 'm')) then
        return null;
    end if;
    execute pg_catalog.format(
        'select pg_catalog.format(''%%s %%s %%s'', pg_catalog.count(*), pg_catalog.max(xmin::text::bigint),
            pg_catalog.sum(xmin::text::bigint)) from %s',
        relation::regclass
    ) into content;
    return content;
end $$;

create function rs_catalog.contents_of(relations oid[]) returns text[] language sql stable
begin atomic
    select pg_catalog.array_agg(coalesce(rs_catalog.content_of(r), '') order by place)
        from pg_catalog.unnest(relations) with ordinality as r (r, place);
end;

-- Whether a base was renamed, or replaced by another table of its name.
create function rs_catalog.has_moved_base(mv rs_catalog.materialized_views) returns boolean
    language sql stable
begin atomic
    select pg_catalog.bool_or(pg_catalog.to_regclass(b.name) is distinct from b.base_oid)
    from rows from (pg_catalog.unnest(mv.bases), pg_catalog.unnest(mv.base_oids)) as b (name, base_oid);
end;

create function rs_catalog.create_materialized_view(
    name text, definition text, query text, design jsonb, auto_refresh boolean, reason text, bases text[]
) returns void language plpgsql as $$
declare
    base text;
    base_oid oid;
    kind "char";
    persistence "char";
    oids oid[] := '{}';
    qualified text[] := '{}';
begin
    foreach base in array bases loop
        base_oid := base::regclass;
        select relkind, relpersistence into kind, persistence from pg_catalog.pg_class where oid = base_oid;
        if kind = 'v' then
            raise exception using errcode = '0A000', message = pg_catalog.format(
                'Creating materialized views referring to views is not supported: %s',
                    pg_catalog.replace(base, '"', ''));
        elsif persistence = 't' then
            raise exception using errcode = '0A000', message =
                'Creating materialized views referring to temporary tables is not supported';
        end if;
        oids := oids || base_oid;
        qualified := qualified || (
            select pg_catalog.format('%I.%I', n.nspname, c.relname)
            from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                where c.oid = base_oid);
    end loop;
    execute pg_catalog.format('create materialized view %s as %s', name, query);
    perform rs_catalog.record_table(name::regclass, design);
    perform rs_catalog.mark_loaded(name::regclass, 0);
    perform rs_catalog.record_view(name::regclass, definition);
    insert into rs_catalog.materialized_views values (
        name::regclass, auto_refresh, reason, qualified, oids, false, rs_catalog.contents_of(oids)
    ) on conflict (view_oid) do update set
        is_auto_refreshed = excluded.is_auto_refreshed, recompute_reason = excluded.recompute_reason,
            bases = excluded.bases,
        base_oids = excluded.base_oids, must_recompute = false, seen = excluded.seen;
    if reason is not null then
        raise info using message = pg_catalog.format(
                'The materialized view %s is recomputed from scratch for every REFRESH: %s', name, reason);
    end if;
    perform rs_catalog.bind_views();
end $$;

create function rs_catalog.materialized_view(relation regclass) returns rs_catalog.materialized_views
    language plpgsql stable
set search_path = pg_catalog as $$
declare
    mv rs_catalog.materialized_views;
begin
    select * into mv from rs_catalog.materialized_views where view_oid = relation;
    if mv.view_oid is null or (select relkind from pg_catalog.pg_class where oid = relation) <> 'm' then
        raise exception using errcode = '42809',
            message = pg_catalog.format('"%s" is not a materialized view', relation);
    end if;
    return mv;
end $$;

-- A base that was renamed, or replaced by another table of its name, cannot be refreshed from: Redshift
-- wants the view created anew.
create function rs_catalog.refresh_materialized_view(relation regclass, cascade boolean,
    is_automatic boolean default false) returns void
language plpgsql
set search_path = pg_catalog as $$
declare
    mv rs_catalog.materialized_views := rs_catalog.materialized_view(relation);
    contents text[] := rs_catalog.contents_of(mv.base_oids);
    dependent oid;
    status text;
begin
    if rs_catalog.has_moved_base(mv) then
        raise exception using errcode = '0A000', message = pg_catalog.format(
            'Materialized view %s could not be refreshed as a base table changed physically or was renamed: drop and create the view', relation);
    end if;
    if mv.seen = contents and not mv.must_recompute then
        status := 'Refresh successfully. MV already up to date';
    else
        execute pg_catalog.format('refresh materialized view %s', relation);
        status := case when mv.recompute_reason is null and not mv.must_recompute
            then 'Refresh successfully updated MV incrementally'
                else 'Refresh successfully recomputed MV from scratch' end;
        update rs_catalog.materialized_views set seen = contents,
            must_recompute = false where view_oid = relation;
    end if;
    insert into rs_catalog.refresh_log values (relation, relation::text, status, is_automatic);
    raise info using message = pg_catalog.format('%s: %s', relation, status);
    if cascade then
        for dependent in select m.view_oid from rs_catalog.materialized_views m join pg_catalog.pg_class c
            on c.oid = m.view_oid
            where relation = any (m.base_oids) loop
            perform rs_catalog.refresh_materialized_view(dependent, true, is_automatic);
        end loop;
    end if;
end $$;

-- What Redshift does in the background when it has time. Tests and tools call it; nothing else does.
create function rs_catalog.run_auto_refresh() returns integer language plpgsql
set search_path = pg_catalog as $$
declare
    stale oid;
    refreshed integer := 0;
begin
    for stale in
        select m.view_oid from rs_catalog.materialized_views m join pg_catalog.pg_class c
            on c.oid = m.view_oid and c.relkind = 'm'
        where m.is_auto_refreshed and (m.must_recompute or m.seen <> rs_catalog.contents_of(m.base_oids))
          and not rs_catalog.has_moved_base(m)
    loop
        perform rs_catalog.refresh_materialized_view(stale, false, true);
        refreshed := refreshed + 1;
    end loop;
    return refreshed;
end $$;

create function rs_catalog.alter_auto_refresh(relation regclass, auto_refresh boolean) returns void
    language plpgsql
set search_path = pg_catalog as $$
begin
    perform rs_catalog.materialized_view(relation);
    update rs_catalog.materialized_views set is_auto_refreshed = auto_refresh where view_oid = relation;
end $$;

create function rs_catalog.force_recompute(base oid) returns void language sql
begin atomic
    update rs_catalog.materialized_views set must_recompute = true where base = any (base_oids);
end;

create function rs_catalog.comment_on_view(name text, comment text) returns void language plpgsql as $$
begin
    execute pg_catalog.format('comment on %s %s is %L',
        case (select relkind from pg_catalog.pg_class where oid = name::regclass) when 'm'
            then 'materialized view' else 'view' end,
        name::regclass, comment);
end $$;

create view rs_catalog.stv_mv_info as
select pg_catalog.current_database()::character(128) as db_name, n.nspname::character(128) as schema,
    c.relname::character(128) as name, 0::bigint as updated_upto_xid,
    case when m.must_recompute or m.seen <> rs_catalog.contents_of(m.base_oids) then 't' else 'f'
        end::character(1) as is_stale,
    pg_catalog.pg_get_userbyid(c.relowner)::character(128) as owner_user_name,
    -- 0: computed anew, 1: incremental, 103: cannot be refreshed, because a base was renamed.
    case
        when rs_catalog.has_moved_base(m) then 103
        when m.recompute_reason is null and not m.must_recompute then 1
        else 0
    end as state,
    case when m.is_auto_refreshed then 't' else 'f' end::character(1) as autorefresh,
    'f'::character(1) as autorewrite, m.recompute_reason
from rs_catalog.materialized_views m
join pg_catalog.pg_class c on c.oid = m.view_oid and c.relkind = 'm'
join pg_catalog.pg_namespace n on n.oid = c.relnamespace;

create view rs_catalog.svv_mv_info as
select pg_catalog.rtrim(db_name)::text as database_name, pg_catalog.rtrim(schema)::text as schema_name,
    pg_catalog.rtrim(owner_user_name)::text as user_name,
    pg_catalog.rtrim(name)::text as name, is_stale, state, autorewrite, autorefresh
from rs_catalog.stv_mv_info;

create view rs_catalog.svl_mv_refresh_status as
select pg_catalog.current_database()::text as db_name, 100 as userid, n.nspname::text as schema_name,
    c.relname::text as mv_name, 0::bigint as xid,
    l.run_at as starttime, l.run_at as endtime, l.status, case when l.is_automatic then 'Auto' else 'Manual'
        end::text as refresh_type
from rs_catalog.refresh_log l
join pg_catalog.pg_class c on c.oid = l.view_oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace;

create view rs_catalog.stv_mv_deps as
select pg_catalog.current_database()::text as db_name, n.nspname::text as schema, c.relname::text as name,
    rn.nspname::text as ref_schema, r.relname::text as ref_name,
    pg_catalog.current_database()::text as ref_database_name
from rs_catalog.materialized_views m
join pg_catalog.pg_class c on c.oid = m.view_oid and c.relkind = 'm'
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral pg_catalog.unnest(m.base_oids) as b (base_oid)
join pg_catalog.pg_class r on r.oid = b.base_oid and r.relkind = 'm'
join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace;
