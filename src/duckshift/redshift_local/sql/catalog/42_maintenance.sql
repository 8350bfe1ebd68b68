-- VACUUM and ANALYZE as svv_table_info and the history views show them.
create table rs_catalog.vacuum_log (
    table_oid oid not null,
    kind text not null,
    status text not null,               -- Finished, Skipped
    row_count bigint not null,
    unsorted_rows bigint not null,
    dead_rows bigint not null,
    run_at timestamp not null default (pg_catalog.clock_timestamp() at time zone 'UTC')
);

create table rs_catalog.analyze_log (
    table_oid oid not null,
    status text not null,               -- Full, Skipped, PredicateColumn
    row_count bigint not null,
    modified_rows bigint not null,
    threshold_percent numeric not null,
    run_at timestamp not null default (pg_catalog.clock_timestamp() at time zone 'UTC')
);

-- Later deletions are counted from what exists now.
create function rs_catalog.count_rows(relation oid, dead bigint) returns void language plpgsql
set search_path = pg_catalog as $$
declare
    counted bigint;
begin
    execute pg_catalog.format('select pg_catalog.count(*) from %s', relation::regclass) into counted;
    update rs_catalog.table_attributes set
        counted_xid = pg_catalog.pg_current_xact_id()::text::bigint, counted_rows = counted, dead_rows = dead
    where table_oid = relation;
end $$;

-- The sort phase is skipped when `threshold` percent of the rows are sorted, as in Redshift.
create function rs_catalog.vacuum(relation regclass, kind text, threshold integer) returns void
    language plpgsql
set search_path = pg_catalog as $$
declare
    part record;
    a rs_catalog.table_attributes;
    f record;
    sorts boolean;
    deletes boolean;
begin
    for part in
        select c.oid as table_oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n
            on n.oid = c.relnamespace
        where c.relkind = 'r' and rs_catalog.is_user_schema(n.nspname)
            and (relation is null or c.oid = relation)
    loop
        a := rs_catalog.design_of(part.table_oid);
        f := rs_catalog.table_figures(part.table_oid);
        sorts := kind <> 'delete' and pg_catalog.cardinality(a.sortkey) > 0 and f.unsorted > 0
            and (100 - f.unsorted < threshold or kind = 'reindex');
        deletes := kind <> 'sort' and f.dead_rows > 0
            and (sorts or 100.0 * f.row_count / (f.row_count + f.dead_rows) < threshold);
        if sorts then
            update rs_catalog.table_attributes set sorted_xid = pg_catalog.pg_current_xact_id()::text::bigint
                where table_oid = part.table_oid;
        end if;
        if deletes then
            perform rs_catalog.count_rows(part.table_oid, 0);
        end if;
        if sorts or deletes then
            -- A vacuumed base table makes the next refresh of its materialized views a full one.
            perform rs_catalog.force_recompute(part.table_oid);
        end if;
        insert into rs_catalog.vacuum_log values (
            part.table_oid, kind, case when sorts or deletes then 'Finished' else 'Skipped' end, f.row_count,
            pg_catalog.round(coalesce(f.unsorted, 0) * f.row_count / 100.0), f.dead_rows);
    end loop;
    if relation is not null and not found then
        raise exception using errcode = '42809', message = pg_catalog.format('"%s" is not a table', relation);
    end if;
end $$;

create function rs_catalog.analyze(relation regclass, column_names text[]) returns void language plpgsql
set search_path = pg_catalog as $$
declare
    part record;
    a rs_catalog.table_attributes;
    f record;
    threshold numeric := coalesce(nullif(pg_catalog.current_setting('rs.analyze_threshold_percent', true),
        ''), '10')::numeric;
    skipped boolean;
    name text;
begin
    foreach name in array column_names loop
        perform rs_catalog.column_number(relation, name);
    end loop;
    for part in
        select c.oid as table_oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n
            on n.oid = c.relnamespace
        where c.relkind = 'r' and rs_catalog.is_user_schema(n.nspname)
            and (relation is null or c.oid = relation)
    loop
        a := rs_catalog.design_of(part.table_oid);
        f := rs_catalog.table_figures(part.table_oid);
        skipped := a.analyzed_xid is not null and f.stats_off < threshold;
        if not skipped then
            execute pg_catalog.format('analyze %s', part.table_oid::regclass);
            update rs_catalog.table_attributes set
                analyzed_xid = pg_catalog.pg_current_xact_id()::text::bigint, analyzed_rows = f.row_count
            where table_oid = part.table_oid;
            perform rs_catalog.count_rows(part.table_oid, f.dead_rows);
        end if;
        insert into rs_catalog.analyze_log values (
            part.table_oid, case when skipped then 'Skipped' else 'Full' end, f.row_count,
            pg_catalog.round(f.stats_off * f.row_count / 100.0), threshold);
    end loop;
end $$;

create function rs_catalog.truncate(relation regclass) returns void language plpgsql
set search_path = pg_catalog as $$
begin
    if (select relkind from pg_catalog.pg_class where oid = relation) <> 'r' then
        raise exception using errcode = '42809', message = pg_catalog.format('"%s" is not a table', relation);
    end if;
    execute pg_catalog.format('truncate %s', relation);
    update rs_catalog.table_attributes set sorted_xid = null, analyzed_xid = null, analyzed_rows = null,
        counted_xid = null, counted_rows = null, dead_rows = 0
    where table_oid = relation;
    perform rs_catalog.force_recompute(relation);
end $$;

create view rs_catalog.stl_vacuum as
select 100 as userid, 0::bigint as xid, table_oid as table_id,
    case status when 'Skipped' then 'Skipped' when 'Finished' then case kind when 'sort'
        then 'Finished Sort Only' when 'delete' then 'Finished Delete Only'
        else 'Finished' end end::text as status,
    row_count as rows, (row_count - unsorted_rows)::integer as sortedrows, 0 as blocks,
        0 as max_merge_partitions, run_at as eventtime,
    0::bigint as reclaimable_rows, 0::bigint as reclaimable_space_mb, 95 as cutoff, 0 as is_recluster
from rs_catalog.vacuum_log;

create view rs_catalog.sys_vacuum_history as
select v.table_oid as table_id, pg_catalog.current_database()::text as database_name,
    n.nspname::text as schema_name, c.relname::text as table_name,
    v.kind as vacuum_type, false as is_automatic, v.status, v.run_at as start_time, v.run_at as end_time,
        v.row_count as record_count,
    v.unsorted_rows, v.dead_rows as reclaimed_rows
from rs_catalog.vacuum_log v
left join pg_catalog.pg_class c on c.oid = v.table_oid
left join pg_catalog.pg_namespace n on n.oid = c.relnamespace;

create view rs_catalog.stl_analyze as
select 100 as userid, 0::bigint as xid, pg_catalog.current_database()::text as database,
    table_oid as table_id, status,
    row_count::double precision as rows, modified_rows::double precision as modified_rows,
        threshold_percent::integer as threshold_percent,
    'f'::text as is_auto, run_at as starttime, run_at as endtime, 'f'::text as prevtime,
        0 as num_predicate_cols, 0 as num_new_predicate_cols, 'f'::text as is_background
from rs_catalog.analyze_log;

create view rs_catalog.sys_analyze_history as
select l.table_oid as table_id, n.nspname::text as schema_name, c.relname::text as table_name, l.status,
    l.row_count as rows, l.modified_rows,
    l.run_at as start_time, l.run_at as end_time, false as is_automatic
from rs_catalog.analyze_log l
left join pg_catalog.pg_class c on c.oid = l.table_oid
left join pg_catalog.pg_namespace n on n.oid = c.relnamespace;
