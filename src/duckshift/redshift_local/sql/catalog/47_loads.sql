-- What COPY and UNLOAD have done.
create type rs_catalog.loaded_file as (file_name text, line_count bigint, byte_count bigint);

create sequence rs_catalog.query_numbers;

create table rs_catalog.load_log (
    query_id bigint primary key,
    table_oid oid not null,
    table_name text not null,
    source text not null,
    format text not null,
    row_count bigint not null,
    run_at timestamp not null default (pg_catalog.clock_timestamp() at time zone 'UTC')
);

create table rs_catalog.load_file_log (
    query_id bigint not null,
    file_name text not null,
    line_count bigint not null,
    byte_count bigint not null
);

-- Filled from the server's memory when it is read, because an error ends the transaction that it happens in.
create table rs_catalog.load_error_log (
    id bigint primary key,
    table_oid oid not null,
    run_at timestamp not null,
    file_name text not null,
    line_number bigint not null,
    column_name text not null,
    column_type text not null,
    column_length text not null,
    position integer not null,
    raw_line text not null,
    raw_value text not null,
    code integer not null,
    reason text not null
);

create table rs_catalog.unload_log (
    query_id bigint not null,
    file_name text not null,
    line_count bigint not null,
    byte_count bigint not null,
    format text not null,
    run_at timestamp not null default (pg_catalog.clock_timestamp() at time zone 'UTC')
);

create function rs_catalog.record_load(
    relation oid, table_name text, source text, format text, files rs_catalog.loaded_file[], row_count bigint,
        analyses boolean
) returns void language plpgsql
set search_path = pg_catalog as $$
declare
    number bigint := pg_catalog.nextval('rs_catalog.query_numbers');
begin
    perform rs_catalog.count_rows(relation, (rs_catalog.table_figures(relation)).dead_rows);
    insert into rs_catalog.load_log values (number, relation, table_name, source, format, row_count);
    insert into rs_catalog.load_file_log select number, f.file_name, f.line_count,
        f.byte_count from pg_catalog.unnest(files) as f;
    if analyses then
        update rs_catalog.table_attributes set
            analyzed_xid = pg_catalog.pg_current_xact_id()::text::bigint,
            analyzed_rows = case when analyzed_xid is null then 0 else analyzed_rows end + row_count
        where table_oid = relation;
    end if;
    perform pg_catalog.set_config('rs.last_copy_id', number::text, false);
    perform pg_catalog.set_config('rs.last_copy_count', row_count::text, false);
    raise info using message = pg_catalog.format(
            'Load into table ''%s'' completed, %s record(s) loaded successfully.', table_name, row_count);
end $$;

create function rs_catalog.record_unload(format text, files rs_catalog.loaded_file[], row_count bigint)
    returns void language plpgsql
set search_path = pg_catalog as $$
declare
    number bigint := pg_catalog.nextval('rs_catalog.query_numbers');
begin
    insert into rs_catalog.unload_log select number, f.file_name, f.line_count, f.byte_count,
        format from pg_catalog.unnest(files) as f;
    raise info using message = pg_catalog.format('UNLOAD completed, %s record(s) unloaded successfully.',
        row_count);
end $$;

create function rs_catalog.pg_last_copy_id() returns integer language sql stable
begin atomic
    select coalesce(nullif(pg_catalog.current_setting('rs.last_copy_id', true), ''), '-1')::integer;
end;

create function rs_catalog.pg_last_copy_count() returns bigint language sql stable
begin atomic
    select coalesce(nullif(pg_catalog.current_setting('rs.last_copy_count', true), ''), '0')::bigint;
end;

create view rs_catalog.stl_load_commits as
select 100 as userid, f.query_id::integer as query, 0 as slice, l.table_name::text as name,
    f.file_name as filename, 0 as byte_offset,
    f.line_count as lines_scanned, 0 as errors, l.run_at as curtime, 1 as status, l.format as file_format
from rs_catalog.load_file_log f
join rs_catalog.load_log l using (query_id);

create view rs_catalog.stl_load_errors as
select 100 as userid, 0 as slice, table_oid::integer as tbl, run_at as starttime, 0 as session,
    id::integer as query, file_name as filename, line_number,
    column_name as colname, column_type as type, column_length as col_length, position, raw_line,
        raw_value as raw_field_value, code as err_code,
    reason as err_reason, 0 as is_partial, 0::bigint as start_offset
from rs_catalog.load_error_log;

create view rs_catalog.sys_load_error_detail as
select 100 as user_id, id as query_id, pg_catalog.current_database()::text as database_name,
    table_oid::integer as table_id, run_at as start_time,
    file_name, line_number, column_name, column_type, column_length, position, code as error_code,
        reason as error_message
from rs_catalog.load_error_log;

create view rs_catalog.sys_load_history as
select 100 as user_id, l.query_id, pg_catalog.current_database()::text as database_name,
    'completed'::text as status, l.table_name, l.run_at as start_time,
    l.run_at as end_time, 0::bigint as duration, l.source as data_source, l.format as file_format,
        l.row_count as loaded_rows,
    coalesce(f.bytes, 0)::bigint as loaded_bytes, coalesce(f.files, 0)::integer as source_file_count,
        coalesce(f.bytes, 0)::bigint as source_file_bytes,
    coalesce(f.files, 0)::integer as file_count_scanned, coalesce(f.bytes, 0)::bigint as file_bytes_scanned,
        0 as error_count
from rs_catalog.load_log l
left join (
    select query_id, pg_catalog.count(*) as files, pg_catalog.sum(byte_count) as bytes
        from rs_catalog.load_file_log group by query_id
) f using (query_id);

create view rs_catalog.sys_load_detail as
select 100 as user_id, f.query_id, f.file_name, f.byte_count as bytes_scanned, f.line_count as lines_scanned,
    0 as splits_scanned, l.run_at as record_time
from rs_catalog.load_file_log f
join rs_catalog.load_log l using (query_id);

create view rs_catalog.stl_unload_log as
select 100 as userid, query_id::integer as query, 0 as slice, 0 as pid, file_name as path,
    run_at as start_time, run_at as end_time, line_count,
    byte_count as transfer_size, format as file_format
from rs_catalog.unload_log;

create view rs_catalog.sys_unload_history as
select 100 as user_id, query_id, pg_catalog.current_database()::text as database_name,
    'completed'::text as status, pg_catalog.min(run_at) as start_time,
    pg_catalog.max(run_at) as end_time, format as file_format,
        pg_catalog.sum(line_count)::bigint as unloaded_rows, pg_catalog.count(*)::integer
            as unloaded_files_count,
    pg_catalog.sum(byte_count)::bigint as unloaded_files_size
from rs_catalog.unload_log group by query_id, format;
