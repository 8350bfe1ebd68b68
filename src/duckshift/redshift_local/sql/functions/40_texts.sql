-- "String functions". Lengths are in characters, except for OCTET_LENGTH; a null argument gives null.

create function rs_functions.len(text) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.length($1) $$;
create function rs_functions.textlen(text) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.length($1) $$;
create function rs_functions.charindex(part text, whole text) returns integer
language sql immutable strict parallel safe as $$ select pg_catalog.strpos(whole, part) $$;
create function rs_functions.octetindex(part text, whole text) returns integer
language sql immutable strict parallel safe as $$
    select case
        when pg_catalog.strpos(whole, part) = 0 then 0
        else pg_catalog.octet_length(pg_catalog.left(whole, pg_catalog.strpos(whole, part) - 1)) + 1
    end
$$;
create function rs_functions.substring(whole text, start bigint) returns text
language sql immutable strict parallel safe as $$ select pg_catalog.substr(whole, start::integer) $$;
create function rs_functions.substring(whole text, start bigint, size bigint) returns text
language sql immutable strict parallel safe as $$
    select pg_catalog.substr(whole, start::integer, size::integer)
$$;
create function rs_functions."left"(whole text, size bigint) returns text
language sql immutable strict parallel safe as $$ select pg_catalog."left"(whole, greatest(size, 0)::integer) $$;
create function rs_functions."right"(whole text, size bigint) returns text
language sql immutable strict parallel safe as $$ select pg_catalog."right"(whole, greatest(size, 0)::integer) $$;
create function rs_functions.lpad(whole text, size bigint, filler text default ' ') returns text
language sql immutable strict parallel safe as $$ select pg_catalog.lpad(whole, size::integer, filler) $$;
create function rs_functions.rpad(whole text, size bigint, filler text default ' ') returns text
language sql immutable strict parallel safe as $$ select pg_catalog.rpad(whole, size::integer, filler) $$;
create function rs_functions.initcap(text) returns text
language sql immutable strict parallel safe as $$ select pg_catalog.initcap($1) $$;
create function rs_functions.replicate(whole text, times bigint) returns text
language sql immutable strict parallel safe as $$ select pg_catalog.repeat(whole, times::integer) $$;
create function rs_functions."replace"(whole text, old text, new text) returns text
language sql immutable strict parallel safe as $$ select pg_catalog.replace(whole, old, new) $$;
create function rs_functions.translate(whole text, old text, new text) returns text
language sql immutable strict parallel safe as $$ select pg_catalog.translate(whole, old, new) $$;
create function rs_functions.chr(bigint) returns text
language sql immutable strict parallel safe as $$ select pg_catalog.chr($1::integer) $$;
create function rs_functions.collate(whole text, setting text) returns text
language plpgsql immutable parallel safe as $$
begin
    raise exception 'limit of the local Redshift server: COLLATE is not emulated' using errcode = '0A000';
end
$$;

-- Below position 1 it is an error, beyond the last part ''.
create function rs_functions.split_part(whole text, delimiter text, place bigint) returns text
language plpgsql immutable strict parallel safe as $$
begin
    if place < 1 then
        raise exception 'field position must be greater than zero' using errcode = '22023';
    end if;
    return pg_catalog.split_part(whole, delimiter, place::integer);
end
$$;

create function rs_functions.strtol(digits text, base integer) returns bigint
language plpgsql immutable strict parallel safe as $$
declare
    content text := pg_catalog.lower(pg_catalog.ltrim(digits, E' \t\n\r\f\v'));
    is_negative boolean := pg_catalog.left(content, 1) = '-';
    result numeric := 0;
    digit integer;
begin
    if base not between 2 and 36 then
        raise exception 'STRTOL: the base is 2 to 36, not %', base using errcode = '22023';
    end if;
    if pg_catalog.left(content, 1) in ('-', '+') then
        content := pg_catalog.substr(content, 2);
    end if;
    if base = 16 then
        if pg_catalog.left(content, 2) = '0x' then
            content := pg_catalog.substr(content, 3);
        end if;
        if not is_negative and content ~ '^[0-9a-f]{1,15}$' then
            return ('x' || pg_catalog.lpad(content, 16, '0'))::bit(64)::bigint;
        end if;
    end if;
    for place in 1..pg_catalog.length(content) loop
        digit := pg_catalog.strpos('0123456789abcdefghijklmnopqrstuvwxyz', pg_catalog.substr(content, place, 1)) - 1;
        if digit < 0 or digit >= base then
            raise exception 'The input % is not valid to be converted to base %', digits, base using errcode = '22018';
        end if;
        result := result * base + digit;
    end loop;
    return case when is_negative then -result else result end::bigint;
end
$$;

create function rs_functions.sha2(content text, bits integer) returns text
language plpgsql immutable strict parallel safe as $$
declare
    bytes bytea := pg_catalog.convert_to(content, 'UTF8');
begin
    return case bits
        when 0 then pg_catalog.encode(pg_catalog.sha256(bytes), 'hex')
        when 224 then pg_catalog.encode(pg_catalog.sha224(bytes), 'hex')
        when 256 then pg_catalog.encode(pg_catalog.sha256(bytes), 'hex')
        when 384 then pg_catalog.encode(pg_catalog.sha384(bytes), 'hex')
        when 512 then pg_catalog.encode(pg_catalog.sha512(bytes), 'hex')
    end;
end
$$;
create function rs_functions.crc32(content text) returns bigint
language sql immutable strict parallel safe as $$ select pg_catalog.crc32(pg_catalog.convert_to(content, 'UTF8')) $$;
create function rs_functions.to_hex(bigint) returns text
language sql immutable strict parallel safe as $$ select pg_catalog.to_hex($1) $$;

-- SOUNDEX and DIFFERENCE: American Soundex, the first letter and three digits.
create function rs_functions.soundex(content text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    letters text := pg_catalog.regexp_replace(pg_catalog.upper(content), '[^A-Z]', '', 'g');
    codes constant text := '01230120022455012623010202';
    result text;
    last_code text;
    code text;
begin
    if letters = '' then
        return '';
    end if;
    result := pg_catalog.left(letters, 1);
    last_code := pg_catalog.substr(codes, pg_catalog.ascii(result) - 64, 1);
    for place in 2..pg_catalog.length(letters) loop
        code := pg_catalog.substr(codes, pg_catalog.ascii(pg_catalog.substr(letters, place, 1)) - 64, 1);
        if code <> '0' and code <> last_code then
            result := result || code;
        end if;
        -- H and W do not part equal codes, vowels do.
        if pg_catalog.substr(letters, place, 1) not in ('H', 'W') then
            last_code := code;
        end if;
        exit when pg_catalog.length(result) = 4;
    end loop;
    return pg_catalog.rpad(result, 4, '0');
end
$$;
create function rs_functions.difference(a text, b text) returns integer
language sql immutable strict parallel safe as $$
    select pg_catalog.count(*)::integer
    from pg_catalog.generate_series(1, 4) as place
    where pg_catalog.substr(rs_functions.soundex(a), place, 1) = pg_catalog.substr(rs_functions.soundex(b), place, 1)
$$;

-- "POSIX operators": the options of Redshift's functions in PostgreSQL's words.
create function rs_functions.regexp_options(parameters text) returns text
language plpgsql immutable strict parallel safe as $$
begin
    if pg_catalog.strpos(parameters, 'p') > 0 then
        raise exception 'limit of the local Redshift server: PCRE patterns are not emulated' using errcode = '0A000';
    end if;
    if parameters !~ '^[cie]*$' then
        raise exception 'invalid parameters of a regular expression: %', parameters using errcode = '22023';
    end if;
    return case when pg_catalog.strpos(parameters, 'i') > 0 then 'i' else 'c' end;
end
$$;
create function rs_functions.regexp_substr(
    whole text, pattern text, place bigint default 1, occurrence bigint default 1, parameters text default 'c'
) returns text
language plpgsql immutable strict parallel safe as $$
declare
    options text := rs_functions.regexp_options(parameters);
    has_group boolean := pg_catalog.strpos(parameters, 'e') > 0 and pg_catalog.strpos(pattern, '(') > 0;
begin
    if occurrence < 1 then
        return null;
    end if;
    if place > pg_catalog.length(whole) then
        return '';
    end if;
    return coalesce(
        pg_catalog.regexp_substr(
            whole, pattern, greatest(place, 1)::integer, occurrence::integer, options,
            case when has_group then 1 else 0 end
        ),
        ''
    );
end
$$;
create function rs_functions.regexp_replace(
    whole text, pattern text, replacement text default '', place bigint default 1, parameters text default 'c'
) returns text
language plpgsql immutable strict parallel safe as $$
begin
    if place > pg_catalog.length(whole) then
        return whole;
    end if;
    return pg_catalog.regexp_replace(
        whole, pattern,
        -- $1 stands for a group; PostgreSQL writes it with a backslash.
        pg_catalog.regexp_replace(pg_catalog.replace(replacement, '\', '\\'), '\$([0-9])', '\\\1', 'g'),
        greatest(place, 1)::integer, 0, rs_functions.regexp_options(parameters)
    );
end
$$;
create function rs_functions.regexp_count(
    whole text, pattern text, place bigint default 1, parameters text default 'c'
) returns integer
language sql immutable strict parallel safe as $$
    select case
        when place > pg_catalog.length(whole) then 0
        else pg_catalog.regexp_count(
            whole, pattern, greatest(place, 1)::integer, rs_functions.regexp_options(parameters)
        )
    end
$$;
create function rs_functions.regexp_instr(
    whole text, pattern text, place bigint default 1, occurrence bigint default 1, option bigint default 0,
    parameters text default 'c'
) returns integer
language sql immutable strict parallel safe as $$
    select case
        when place > pg_catalog.length(whole) or occurrence < 1 then 0
        else pg_catalog.regexp_instr(
            whole, pattern, greatest(place, 1)::integer, occurrence::integer, option::integer,
            rs_functions.regexp_options(parameters)
        )
    end
$$;

-- LISTAGG leaves out nulls and empty texts, and ends at 64 KB.
create function rs_functions.listagg_value(content text) returns text
language sql immutable strict parallel safe as $$
    select case when pg_catalog.octet_length(content) > 0 then content end
$$;
create function rs_functions.listagg_result(content text) returns text
language plpgsql immutable strict parallel safe as $$
begin
    if pg_catalog.octet_length(content) > 65535 then
        raise exception 'Result size exceeds LISTAGG limit' using errcode = '54000';
    end if;
    return content;
end
$$;

create function rs_functions.bpcharcmp(a text, b text) returns integer
language sql immutable strict parallel safe as $$ select rs_functions.text_cmp(a, b) $$;
create function rs_functions.bttext_pattern_cmp(a text, b text) returns integer
language sql immutable strict parallel safe as $$ select rs_functions.text_cmp(a, b) $$;
create function rs_functions.to_number(content text, format text) returns numeric
language sql stable strict parallel safe as $$ select pg_catalog.to_number(content, format) $$;
create function rs_functions.sha1(content text) returns text
language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'limit of the local Redshift server: SHA1 is not emulated' using errcode = '0A000', hint = 'Use SHA2.';
end
$$;
create function rs_functions.sha(content text) returns text
language sql immutable strict parallel safe as $$ select rs_functions.sha1(content) $$;
create function rs_functions.func_sha1(content text) returns text
language sql immutable strict parallel safe as $$ select rs_functions.sha1(content) $$;

-- Redshift is PostgreSQL 8.0.2 by its own account.
create function rs_functions.version() returns text
language sql immutable parallel safe as $$
    select 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, Redshift 1.0 (the local server of duckshift)'::text
$$;
