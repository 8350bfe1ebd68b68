-- "Computations with numeric values": decimals that lose digits are cut, because enable_numeric_rounding is off by
-- default. Where a scale cannot be known, an error is better than PostgreSQL's own rule.

create function rs_functions.cut_numeric(value numeric, type_modifier integer) returns numeric
language sql immutable strict parallel safe as $$
    -- The scale is in the lowest 11 bits of a type modifier.
    select pg_catalog.numeric(pg_catalog.trunc(value, (type_modifier - 4) & 2047), type_modifier)
$$;
create function rs_functions.cut_to_smallint(value numeric) returns smallint
language sql immutable strict parallel safe as $$ select pg_catalog.int2(pg_catalog.trunc(value)) $$;
create function rs_functions.cut_to_integer(value numeric) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.int4(pg_catalog.trunc(value)) $$;
create function rs_functions.cut_to_bigint(value numeric) returns bigint
language sql immutable strict parallel safe as $$ select pg_catalog.int8(pg_catalog.trunc(value)) $$;

update pg_catalog.pg_cast set castfunc = 'rs_functions.cut_numeric(numeric, integer)'::regprocedure
where castsource = 'numeric'::regtype and casttarget = 'numeric'::regtype;
update pg_catalog.pg_cast set castfunc = 'rs_functions.cut_to_smallint(numeric)'::regprocedure
where castsource = 'numeric'::regtype and casttarget = 'smallint'::regtype;
update pg_catalog.pg_cast set castfunc = 'rs_functions.cut_to_integer(numeric)'::regprocedure
where castsource = 'numeric'::regtype and casttarget = 'integer'::regtype;
update pg_catalog.pg_cast set castfunc = 'rs_functions.cut_to_bigint(numeric)'::regprocedure
where castsource = 'numeric'::regtype and casttarget = 'bigint'::regtype;

-- dividend / divisor with as many digits as `unit` has; shift is 1 / unit.
create function rs_functions.quotient(dividend numeric, divisor numeric, shift numeric, unit numeric) returns numeric
language sql immutable strict parallel safe as $$
    select pg_catalog.div(dividend operator(pg_catalog.*) shift, divisor) operator(pg_catalog.*) unit
$$;

create function rs_functions.refuse_division(dividend numeric, divisor numeric) returns numeric
language plpgsql immutable parallel safe as $$
begin
    raise exception 'limit of the local Redshift server: the scale of a decimal division is not known here'
        using errcode = '0A000', hint = 'Cast both operands to decimal(p, s).';
end
$$;
create operator rs_functions./ (leftarg = numeric, rightarg = numeric, function = rs_functions.refuse_division);

create function rs_functions.round(value numeric, digits integer default 0) returns numeric
language sql immutable strict parallel safe as $$ select pg_catalog.round(value, digits) $$;
-- Floats are rounded half away from zero; PostgreSQL rounds half to even.
create function rs_functions.round(value double precision, digits integer default 0) returns double precision
language sql immutable strict parallel safe as $$
    select pg_catalog.round(value::numeric, digits)::double precision
$$;
create function rs_functions.round(value bigint, digits integer default 0) returns bigint
language sql immutable strict parallel safe as $$ select pg_catalog.round(value::numeric, digits)::bigint $$;
create function rs_functions.round(value integer, digits integer default 0) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.round(value::numeric, digits)::integer $$;
create function rs_functions.round(value smallint, digits integer default 0) returns smallint
language sql immutable strict parallel safe as $$ select pg_catalog.round(value::numeric, digits)::smallint $$;
create function rs_functions.trunc(value numeric, digits integer default 0) returns numeric
language sql immutable strict parallel safe as $$ select pg_catalog.trunc(value, digits) $$;
create function rs_functions.trunc(value double precision, digits integer default 0) returns double precision
language sql immutable strict parallel safe as $$
    select pg_catalog.trunc(value::numeric, digits)::double precision
$$;
create function rs_functions.trunc(value bigint, digits integer default 0) returns bigint
language sql immutable strict parallel safe as $$ select pg_catalog.trunc(value::numeric, digits)::bigint $$;
create function rs_functions.trunc(value integer, digits integer default 0) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.trunc(value::numeric, digits)::integer $$;
create function rs_functions.trunc(value smallint, digits integer default 0) returns smallint
language sql immutable strict parallel safe as $$ select pg_catalog.trunc(value::numeric, digits)::smallint $$;
create function rs_functions.trunc(moment timestamp) returns date
language sql immutable strict parallel safe as $$ select moment::date $$;

create function rs_functions.mod(smallint, smallint) returns smallint
language internal immutable strict parallel safe as 'int2mod';
create function rs_functions.mod(integer, integer) returns integer
language internal immutable strict parallel safe as 'int4mod';
create function rs_functions.mod(bigint, bigint) returns bigint
language internal immutable strict parallel safe as 'int8mod';
create function rs_functions.mod(numeric, numeric) returns numeric
language internal immutable strict parallel safe as 'numeric_mod';

create function rs_functions.cbrt(double precision) returns double precision
language internal immutable strict parallel safe as 'dcbrt';
create function rs_functions.dexp(double precision) returns double precision
language internal immutable strict parallel safe as 'dexp';
create function rs_functions.exp(double precision) returns double precision
language internal immutable strict parallel safe as 'dexp';
create function rs_functions.dlog1(double precision) returns double precision
language internal immutable strict parallel safe as 'dlog1';
create function rs_functions.dlog10(double precision) returns double precision
language internal immutable strict parallel safe as 'dlog10';
create function rs_functions.ln(double precision) returns double precision
language internal immutable strict parallel safe as 'dlog1';
create function rs_functions.log(double precision) returns double precision
language internal immutable strict parallel safe as 'dlog10';
create function rs_functions.power(double precision, double precision) returns double precision
language internal immutable strict parallel safe as 'dpow';
create function rs_functions.pow(double precision, double precision) returns double precision
language internal immutable strict parallel safe as 'dpow';
create function rs_functions.sqrt(double precision) returns double precision
language internal immutable strict parallel safe as 'dsqrt';

-- The value as text if it can be cast to the type, else null ("TRY_CAST function").
create function rs_functions.castable(value text, type_name text) returns text
language plpgsql stable strict parallel safe as $$
declare
    result text;
begin
    execute pg_catalog.format('select cast(%L as %s)::text', value, type_name) into result;
    return result;
exception
    when data_exception or invalid_parameter_value or numeric_value_out_of_range then
        return null;
end
$$;

-- Sums of bigint are bigint ("SUM function"); PostgreSQL makes them numeric.
create aggregate rs_functions.sum(bigint) (
    sfunc = int8pl, stype = bigint, combinefunc = int8pl, msfunc = int8pl, minvfunc = int8mi, mstype = bigint,
    parallel = safe
);
create aggregate rs_functions.any_value(anyelement) (
    sfunc = any_value_transfn, stype = anyelement, combinefunc = any_value_transfn, parallel = safe
);

-- "Regardless of the data type of the expression" these give double precision.
create aggregate rs_functions.stddev(double precision) (
    sfunc = float8_accum, stype = double precision[], finalfunc = float8_stddev_samp, combinefunc = float8_combine,
    initcond = '{0,0,0}', parallel = safe
);
create aggregate rs_functions.stddev_samp(double precision) (
    sfunc = float8_accum, stype = double precision[], finalfunc = float8_stddev_samp, combinefunc = float8_combine,
    initcond = '{0,0,0}', parallel = safe
);
create aggregate rs_functions.stddev_pop(double precision) (
    sfunc = float8_accum, stype = double precision[], finalfunc = float8_stddev_pop, combinefunc = float8_combine,
    initcond = '{0,0,0}', parallel = safe
);
create aggregate rs_functions.variance(double precision) (
    sfunc = float8_accum, stype = double precision[], finalfunc = float8_var_samp, combinefunc = float8_combine,
    initcond = '{0,0,0}', parallel = safe
);
create aggregate rs_functions.var_samp(double precision) (
    sfunc = float8_accum, stype = double precision[], finalfunc = float8_var_samp, combinefunc = float8_combine,
    initcond = '{0,0,0}', parallel = safe
);
create aggregate rs_functions.var_pop(double precision) (
    sfunc = float8_accum, stype = double precision[], finalfunc = float8_var_pop, combinefunc = float8_combine,
    initcond = '{0,0,0}', parallel = safe
);
