-- "Date and time functions". Dates go in as timestamps without zone; PostgreSQL would prefer those with zone.

create function rs_functions.getdate() returns timestamp language sql stable parallel safe as $$
    select pg_catalog.date_trunc('second', pg_catalog.statement_timestamp() at time zone 'UTC')
$$;
-- The time at which the transaction began.
create function rs_functions.sysdate() returns timestamp language sql stable parallel safe as $$
    select pg_catalog.transaction_timestamp() at time zone 'UTC'
$$;
create function rs_functions.today() returns date language sql stable parallel safe as $$
    select (pg_catalog.transaction_timestamp() at time zone 'UTC')::date
$$;
create function rs_functions.timeofday() returns text language sql volatile as $$
    select pg_catalog.timeofday()
$$;

-- DATEADD of any part but years: so many times a unit. The result of a date is a timestamp.
create function rs_functions.dateadd(unit interval, steps bigint, moment timestamp) returns timestamp
language sql immutable strict parallel safe as $$ select moment + unit * steps $$;
create function rs_functions.dateadd(unit interval, steps bigint, moment date) returns timestamp
language sql immutable strict parallel safe as $$ select moment::timestamp + unit * steps $$;
create function rs_functions.dateadd(unit interval, steps bigint, moment timestamptz) returns timestamptz
language sql stable strict parallel safe as $$ select moment + unit * steps $$;
create function rs_functions.dateadd(unit interval, steps bigint, moment time) returns time
language sql immutable strict parallel safe as $$ select moment + unit * steps $$;
-- A year after 29 February is 1 March, while 12 months after it are 28 February ("DATEADD function").
create function rs_functions.dateadd_year(steps bigint, moment timestamp) returns timestamp
language sql immutable strict parallel safe as $$
    select case
        when pg_catalog.date_part('day', moment) = 29
            and pg_catalog.date_part('day', moment + interval '1 year' * steps) = 28
            then moment + interval '1 year' * steps + interval '1 day'
        else moment + interval '1 year' * steps
    end
$$;
create function rs_functions.dateadd_year(steps bigint, moment date) returns timestamp
language sql immutable strict parallel safe as $$ select rs_functions.dateadd_year(steps, moment::timestamp) $$;
create function rs_functions.dateadd_year(steps bigint, moment timestamptz) returns timestamptz
language sql stable strict parallel safe as $$
    select rs_functions.dateadd_year(steps, moment at time zone 'UTC') at time zone 'UTC'
$$;

-- DATEDIFF counts the boundaries between two moments.
create function rs_functions.datediff_year(start timestamp, finish timestamp) returns bigint
language sql immutable strict parallel safe as $$
    select (pg_catalog.date_part('year', finish) - pg_catalog.date_part('year', start))::bigint
$$;
create function rs_functions.datediff_month(start timestamp, finish timestamp) returns bigint
language sql immutable strict parallel safe as $$
    select (
        (pg_catalog.date_part('year', finish) - pg_catalog.date_part('year', start)) * 12
        + pg_catalog.date_part('month', finish) - pg_catalog.date_part('month', start)
    )::bigint
$$;
create function rs_functions.datediff_quarter(start timestamp, finish timestamp) returns bigint
language sql immutable strict parallel safe as $$
    select (
        (pg_catalog.date_part('year', finish) - pg_catalog.date_part('year', start)) * 4
        + pg_catalog.date_part('quarter', finish) - pg_catalog.date_part('quarter', start)
    )::bigint
$$;
create function rs_functions.datediff_day(start timestamp, finish timestamp) returns bigint
language sql immutable strict parallel safe as $$ select (finish::date - start::date)::bigint $$;

create function rs_functions.microseconds(moment timestamp) returns bigint
language sql immutable strict parallel safe as $$
    select (pg_catalog.extract('epoch', moment) operator(pg_catalog.*) 1000000)::bigint
$$;
create function rs_functions.datediff_hour(start timestamp, finish timestamp) returns bigint
language sql immutable strict parallel safe as $$
    select (
        rs_functions.microseconds(pg_catalog.date_trunc('hour', finish))
        - rs_functions.microseconds(pg_catalog.date_trunc('hour', start))
    ) / 3600000000
$$;
create function rs_functions.datediff_minute(start timestamp, finish timestamp) returns bigint
language sql immutable strict parallel safe as $$
    select (
        rs_functions.microseconds(pg_catalog.date_trunc('minute', finish))
        - rs_functions.microseconds(pg_catalog.date_trunc('minute', start))
    ) / 60000000
$$;
create function rs_functions.datediff_second(start timestamp, finish timestamp) returns bigint
language sql immutable strict parallel safe as $$
    select (
        rs_functions.microseconds(pg_catalog.date_trunc('second', finish))
        - rs_functions.microseconds(pg_catalog.date_trunc('second', start))
    ) / 1000000
$$;
create function rs_functions.datediff_millisecond(start timestamp, finish timestamp) returns bigint
language sql immutable strict parallel safe as $$
    select (
        rs_functions.microseconds(pg_catalog.date_trunc('milliseconds', finish))
        - rs_functions.microseconds(pg_catalog.date_trunc('milliseconds', start))
    ) / 1000
$$;
create function rs_functions.datediff_microsecond(start timestamp, finish timestamp) returns bigint
language sql immutable strict parallel safe as $$
    select rs_functions.microseconds(finish) - rs_functions.microseconds(start)
$$;

create function rs_functions.date_trunc(part text, moment timestamp) returns timestamp
language sql immutable strict parallel safe as $$ select pg_catalog.date_trunc(part, moment) $$;
create function rs_functions.date_trunc(part text, moment date) returns timestamp
language sql immutable strict parallel safe as $$ select pg_catalog.date_trunc(part, moment::timestamp) $$;
create function rs_functions.date_trunc(part text, moment timestamptz) returns timestamptz
language sql stable strict parallel safe as $$ select pg_catalog.date_trunc(part, moment) $$;

-- EXTRACT gives whole numbers of one part only: of 3.189717 seconds 3, 189 milliseconds, 717 microseconds. Decades
-- are counted from 1 ("Date parts for date or timestamp functions").
create function rs_functions.extract_part(part text, whole numeric) returns bigint
language sql immutable strict parallel safe as $$
    select case part
        when 'millisecond' then pg_catalog.trunc(pg_catalog.mod(whole, 1000))
        when 'microsecond' then pg_catalog.trunc(pg_catalog.mod(whole, 1000))
        when 'decade' then whole + 1
        else pg_catalog.trunc(whole)
    end::bigint
$$;
create function rs_functions.extract(part text, moment timestamp) returns integer
language sql immutable strict parallel safe as $$
    select rs_functions.extract_part(part, pg_catalog.extract(part, moment))::integer
$$;
create function rs_functions.extract(part text, moment date) returns integer
language sql immutable strict parallel safe as $$
    select rs_functions.extract_part(part, pg_catalog.extract(part, moment::timestamp))::integer
$$;
create function rs_functions.extract(part text, moment time) returns integer
language sql immutable strict parallel safe as $$
    select rs_functions.extract_part(part, pg_catalog.extract(part, moment))::integer
$$;
create function rs_functions.extract(part text, moment timestamptz) returns double precision
language sql stable strict parallel safe as $$
    select rs_functions.extract_part(part, pg_catalog.extract(part, moment))::double precision
$$;
create function rs_functions.extract(part text, span interval) returns integer
language sql immutable strict parallel safe as $$
    select rs_functions.extract_part(part, pg_catalog.extract(part, span))::integer
$$;
create function rs_functions.extract_epoch(moment timestamp) returns bigint
language sql immutable strict parallel safe as $$
    select pg_catalog.trunc(pg_catalog.extract('epoch', moment))::bigint
$$;
create function rs_functions.extract_epoch(moment date) returns bigint
language sql immutable strict parallel safe as $$
    select pg_catalog.extract('epoch', moment::timestamp)::bigint
$$;
create function rs_functions.extract_epoch(moment timestamptz) returns bigint
language sql stable strict parallel safe as $$
    select pg_catalog.trunc(pg_catalog.extract('epoch', moment))::bigint
$$;
create function rs_functions.extract_epoch(span interval) returns bigint
language sql immutable strict parallel safe as $$
    select pg_catalog.trunc(pg_catalog.extract('epoch', span))::bigint
$$;
-- DATE_PART keeps fractions.
create function rs_functions.date_part(part text, moment timestamp) returns double precision
language sql immutable strict parallel safe as $$
    select pg_catalog.date_part(part, moment) + case part when 'decade' then 1 else 0 end
$$;
create function rs_functions.date_part(part text, moment date) returns double precision
language sql immutable strict parallel safe as $$ select rs_functions.date_part(part, moment::timestamp) $$;
create function rs_functions.date_part(part text, moment timestamptz) returns double precision
language sql stable strict parallel safe as $$
    select pg_catalog.date_part(part, moment) + case part when 'decade' then 1 else 0 end
$$;
create function rs_functions.date_part(part text, moment time) returns double precision
language sql immutable strict parallel safe as $$ select pg_catalog.date_part(part, moment) $$;
create function rs_functions.date_part(part text, span interval) returns double precision
language sql immutable strict parallel safe as $$ select pg_catalog.date_part(part, span) $$;
create function rs_functions.date_part_year(moment date) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.date_part('year', moment)::integer $$;

create function rs_functions.last_day(moment timestamp) returns date
language sql immutable strict parallel safe as $$
    select (pg_catalog.date_trunc('month', moment) + interval '1 month' - interval '1 day')::date
$$;
-- The last day of a month stays the last day.
create function rs_functions.add_months(moment timestamp, months bigint) returns timestamp
language sql immutable strict parallel safe as $$
    select case
        when moment::date = rs_functions.last_day(moment)
            then rs_functions.last_day(moment + interval '1 month' * months) + (moment - pg_catalog.date_trunc('day', moment))
        else moment + interval '1 month' * months
    end
$$;
create function rs_functions.next_day(moment timestamp, day_name text) returns date
language plpgsql immutable strict parallel safe as $$
declare
    wanted integer := case pg_catalog.left(pg_catalog.lower(day_name), 2)
        when 'su' then 0 when 'mo' then 1 when 'tu' then 2 when 'we' then 3 when 'th' then 4 when 'fr' then 5
        when 'sa' then 6 end;
    found integer := pg_catalog.date_part('dow', moment);
begin
    if wanted is null and pg_catalog.lower(day_name) in ('m', 'w', 'f') then
        wanted := case pg_catalog.lower(day_name) when 'm' then 1 when 'w' then 3 else 5 end;
    end if;
    if wanted is null then
        raise exception 'NEXT_DAY: not a day of the week: %', day_name using errcode = '22023';
    end if;
    return moment::date + (case when wanted > found then wanted - found else wanted - found + 7 end);
end
$$;
create function rs_functions.months_between(later timestamp, earlier timestamp) returns double precision
language sql immutable strict parallel safe as $$
    select case
        when pg_catalog.date_part('day', later) = pg_catalog.date_part('day', earlier)
            or (later::date = rs_functions.last_day(later) and earlier::date = rs_functions.last_day(earlier))
            then rs_functions.datediff_month(earlier, later)::double precision
        else rs_functions.datediff_month(earlier, later) + (
            pg_catalog.date_part('day', later) - pg_catalog.date_part('day', earlier)
            + (
                pg_catalog.extract('epoch', later::time) - pg_catalog.extract('epoch', earlier::time)
            )::double precision / 86400
        ) / 31
    end
$$;

create function rs_functions.convert_timezone(target_zone text, moment timestamp) returns timestamp
language sql stable strict parallel safe as $$ select (moment at time zone 'UTC') at time zone target_zone $$;
create function rs_functions.convert_timezone(source_zone text, target_zone text, moment timestamp) returns timestamp
language sql stable strict parallel safe as $$ select (moment at time zone source_zone) at time zone target_zone $$;
create function rs_functions.convert_timezone(source_zone text, target_zone text, moment timestamptz) returns timestamp
language sql stable strict parallel safe as $$ select moment at time zone target_zone $$;

create function rs_functions.to_timestamp(content text, format text) returns timestamptz
language sql stable strict parallel safe as $$ select pg_catalog.to_timestamp(content, format) $$;

create function rs_functions.date_cmp(a date, b date) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.date_cmp(a, b) $$;
create function rs_functions.timestamp_cmp(a timestamp, b timestamp) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.timestamp_cmp(a, b) $$;
create function rs_functions.date_cmp_timestamp(a date, b timestamp) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.date_cmp_timestamp(a, b) $$;
create function rs_functions.timestamp_cmp_date(a timestamp, b date) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.timestamp_cmp_date(a, b) $$;
create function rs_functions.interval_cmp(a interval, b interval) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.interval_cmp(a, b) $$;
