-- "Character types" in the Database Developer Guide: varchar(n) and char(n) hold n bytes; trailing blanks do not count
-- in comparisons. Both go into PostgreSQL's own catalog, so that casts, inserts, joins, GROUP BY, DISTINCT and sorting
-- follow without any rewriting.

-- The longest beginning of a text that fits into a number of bytes; a character is never cut.
create function rs_functions.cut_to_bytes(value text, size integer) returns text
language plpgsql immutable strict parallel safe as $$
declare
    taken text := pg_catalog.left(value, size);
begin
    while pg_catalog.octet_length(taken) > size loop
        -- A character has at most 4 bytes.
        taken := pg_catalog.left(taken, -greatest(1, (pg_catalog.octet_length(taken) - size) / 4));
    end loop;
    return taken;
end
$$;

-- What a cast to varchar(n) and the storing into such a column do. A cast cuts; storing refuses, except for blanks.
create function rs_functions.limit_varchar(value varchar, type_modifier integer, is_cast boolean) returns varchar
language plpgsql immutable strict parallel safe as $$
declare
    size integer := type_modifier - 4;
begin
    if pg_catalog.octet_length(value) <= size then
        return value;
    end if;
    if is_cast or pg_catalog.octet_length(pg_catalog.rtrim(value, ' ')) <= size then
        return rs_functions.cut_to_bytes(value, size);
    end if;
    raise exception 'Value too long for character type'
        using errcode = '22001',
              detail = pg_catalog.format('The value has %s bytes, the column takes %s.', pg_catalog.octet_length(value), size);
end
$$;

-- char(n) pads with blanks, in bytes.
create function rs_functions.limit_char(value bpchar, type_modifier integer, is_cast boolean) returns bpchar
language plpgsql immutable strict parallel safe as $$
declare
    size integer := type_modifier - 4;
    content text := pg_catalog.rtrim(value::text, ' ');
begin
    if pg_catalog.octet_length(content) > size then
        if not is_cast then
            raise exception 'Value too long for character type'
                using errcode = '22001',
                      detail = pg_catalog.format('The value has %s bytes, the column takes %s.', pg_catalog.octet_length(content), size);
        end if;
        content := rs_functions.cut_to_bytes(content, size);
    end if;
    if pg_catalog.octet_length(content) <> pg_catalog.length(content) and not is_cast then
        raise exception 'CHAR string contains invalid ASCII character' using errcode = '22021';
    end if;
    return pg_catalog.bpchar(content::bpchar, type_modifier, true);
end
$$;

update pg_catalog.pg_cast set castfunc = 'rs_functions.limit_varchar(varchar, integer, boolean)'::regprocedure
where castsource = 'varchar'::regtype and casttarget = 'varchar'::regtype;
update pg_catalog.pg_cast set castfunc = 'rs_functions.limit_char(bpchar, integer, boolean)'::regprocedure
where castsource = 'bpchar'::regtype and casttarget = 'bpchar'::regtype;

-- PostgreSQL's comparisons of char(n) ignore trailing blanks; here they compare text, too.
create function rs_functions.text_eq(text, text) returns boolean
language internal immutable strict leakproof parallel safe as 'bpchareq';
create function rs_functions.text_ne(text, text) returns boolean
language internal immutable strict leakproof parallel safe as 'bpcharne';
create function rs_functions.text_lt(text, text) returns boolean
language internal immutable strict leakproof parallel safe as 'bpcharlt';
create function rs_functions.text_le(text, text) returns boolean
language internal immutable strict leakproof parallel safe as 'bpcharle';
create function rs_functions.text_gt(text, text) returns boolean
language internal immutable strict leakproof parallel safe as 'bpchargt';
create function rs_functions.text_ge(text, text) returns boolean
language internal immutable strict leakproof parallel safe as 'bpcharge';
create function rs_functions.text_cmp(text, text) returns integer
language internal immutable strict leakproof parallel safe as 'bpcharcmp';
create function rs_functions.text_hash(text) returns integer
language internal immutable strict leakproof parallel safe as 'hashbpchar';
create function rs_functions.text_hash(text, bigint) returns bigint
language internal immutable strict leakproof parallel safe as 'hashbpcharextended';

create operator rs_functions.= (
    leftarg = text, rightarg = text, function = rs_functions.text_eq, commutator = operator(rs_functions.=),
    negator = operator(rs_functions.<>), restrict = eqsel, join = eqjoinsel, hashes, merges
);
create operator rs_functions.<> (
    leftarg = text, rightarg = text, function = rs_functions.text_ne, commutator = operator(rs_functions.<>),
    negator = operator(rs_functions.=), restrict = neqsel, join = neqjoinsel
);
create operator rs_functions.< (
    leftarg = text, rightarg = text, function = rs_functions.text_lt, commutator = operator(rs_functions.>),
    negator = operator(rs_functions.>=), restrict = scalarltsel, join = scalarltjoinsel
);
create operator rs_functions.<= (
    leftarg = text, rightarg = text, function = rs_functions.text_le, commutator = operator(rs_functions.>=),
    negator = operator(rs_functions.>), restrict = scalarlesel, join = scalarlejoinsel
);
create operator rs_functions.> (
    leftarg = text, rightarg = text, function = rs_functions.text_gt, commutator = operator(rs_functions.<),
    negator = operator(rs_functions.<=), restrict = scalargtsel, join = scalargtjoinsel
);
create operator rs_functions.>= (
    leftarg = text, rightarg = text, function = rs_functions.text_ge, commutator = operator(rs_functions.<=),
    negator = operator(rs_functions.<), restrict = scalargesel, join = scalargejoinsel
);

-- GROUP BY, DISTINCT, UNION and ORDER BY take the default operators of a type.
update pg_catalog.pg_opclass set opcdefault = false
where opcintype = 'text'::regtype and opcname = 'text_ops'
  and opcmethod in (select oid from pg_catalog.pg_am where amname in ('btree', 'hash'));
create operator class rs_functions.text_ops default for type text using btree as
    operator 1 rs_functions.<, operator 2 rs_functions.<=, operator 3 rs_functions.=, operator 4 rs_functions.>=,
    operator 5 rs_functions.>, function 1 rs_functions.text_cmp(text, text);
create operator class rs_functions.text_ops default for type text using hash as
    operator 1 rs_functions.=, function 1 rs_functions.text_hash(text), function 2 rs_functions.text_hash(text, bigint);

-- A boolean cannot be cast to text ("Type compatibility and conversion").
create function rs_functions.refuse_boolean_text(boolean) returns text
language plpgsql immutable parallel safe as $$
begin
    raise exception 'cannot cast type boolean to character varying' using errcode = '42846';
end
$$;
update pg_catalog.pg_cast set castfunc = 'rs_functions.refuse_boolean_text(boolean)'::regprocedure
where castsource = 'boolean'::regtype and casttarget in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype);
