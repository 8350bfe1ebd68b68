-- "JSON functions" and the data type SUPER, which is jsonb here: the order and the spelling of what went in are lost.
create domain rs_functions.super as jsonb;

create function rs_functions.is_valid_json(content text) returns boolean
language sql immutable strict parallel safe as $$ select content is json object $$;
create function rs_functions.is_valid_json_array(content text) returns boolean
language sql immutable strict parallel safe as $$ select content is json array $$;
create function rs_functions.can_json_parse(content text) returns boolean
language sql immutable strict parallel safe as $$ select content is json $$;

create function rs_functions.parsed_json(content text, null_if_invalid boolean) returns json
language plpgsql immutable strict parallel safe as $$
begin
    if content is json then
        return content::json;
    end if;
    if null_if_invalid then
        return null;
    end if;
    raise exception 'JSON parsing error' using errcode = '22032', detail = pg_catalog.left(content, 200);
end
$$;

-- An absent field and JSON null are '' and null; bad JSON is an error, unless the last argument is true.
create function rs_functions.json_path_text(content text, path text[], null_if_invalid boolean) returns text
language plpgsql immutable strict parallel safe as $$
declare
    parsed json := rs_functions.parsed_json(content, null_if_invalid);
    found json;
begin
    if parsed is null then
        return null;
    end if;
    found := parsed #> path;
    if found is null then
        return '';
    end if;
    return found #>> '{}';
end
$$;
create function rs_functions.json_extract_path_text(
    content text, a text, null_if_invalid boolean default false
) returns text language sql immutable parallel safe as $$
    select rs_functions.json_path_text(content, array[a], null_if_invalid)
$$;
create function rs_functions.json_extract_path_text(
    content text, a text, b text, null_if_invalid boolean default false
) returns text language sql immutable parallel safe as $$
    select rs_functions.json_path_text(content, array[a, b], null_if_invalid)
$$;
create function rs_functions.json_extract_path_text(
    content text, a text, b text, c text, null_if_invalid boolean default false
) returns text language sql immutable parallel safe as $$
    select rs_functions.json_path_text(content, array[a, b, c], null_if_invalid)
$$;
create function rs_functions.json_extract_path_text(
    content text, a text, b text, c text, d text, null_if_invalid boolean default false
) returns text language sql immutable parallel safe as $$
    select rs_functions.json_path_text(content, array[a, b, c, d], null_if_invalid)
$$;
create function rs_functions.json_extract_path_text(
    content text, a text, b text, c text, d text, e text, null_if_invalid boolean default false
) returns text language sql immutable parallel safe as $$
    select rs_functions.json_path_text(content, array[a, b, c, d, e], null_if_invalid)
$$;

create function rs_functions.json_extract_array_element_text(
    content text, place bigint, null_if_invalid boolean default false
) returns text language plpgsql immutable strict parallel safe as $$
declare
    parsed json := rs_functions.parsed_json(content, null_if_invalid);
    found json;
begin
    if parsed is null then
        return null;
    end if;
    if pg_catalog.json_typeof(parsed) <> 'array' then
        raise exception 'JSON parsing error: an array is expected' using errcode = '22032';
    end if;
    found := case when place >= 0 then parsed -> place::integer end;
    return case when found is null then '' else found #>> '{}' end;
end
$$;
create function rs_functions.json_array_length(content text, null_if_invalid boolean default false) returns integer
language plpgsql immutable strict parallel safe as $$
declare
    parsed json := rs_functions.parsed_json(content, null_if_invalid);
begin
    if parsed is null or pg_catalog.json_typeof(parsed) <> 'array' then
        if null_if_invalid then
            return null;
        end if;
        raise exception 'JSON parsing error: an array is expected' using errcode = '22032';
    end if;
    return pg_catalog.json_array_length(parsed);
end
$$;

create function rs_functions.json_parse(content text) returns rs_functions.super
language sql immutable strict parallel safe as $$
    select rs_functions.parsed_json(content, false)::jsonb::rs_functions.super
$$;
create function rs_functions.text_to_super(content text) returns rs_functions.super
language sql immutable strict parallel safe as $$ select pg_catalog.to_jsonb(content)::rs_functions.super $$;
create function rs_functions.to_super(content anyelement) returns rs_functions.super
language sql immutable strict parallel safe as $$ select pg_catalog.to_jsonb(content)::rs_functions.super $$;
create function rs_functions.super_to_text(content jsonb) returns text
language sql immutable strict parallel safe as $$ select content #>> '{}' $$;

-- JSON without blanks between its parts.
create function rs_functions.compact_json(content jsonb) returns text
language plpgsql immutable strict parallel safe as $$
begin
    return case pg_catalog.jsonb_typeof(content)
        when 'object' then '{' || coalesce((
            select pg_catalog.string_agg(pg_catalog.to_json(key)::text || ':' || rs_functions.compact_json(value), ',')
            from pg_catalog.jsonb_each(content)
        ), '') || '}'
        when 'array' then '[' || coalesce((
            select pg_catalog.string_agg(rs_functions.compact_json(value), ',' order by place)
            from pg_catalog.jsonb_array_elements(content) with ordinality as elements (value, place)
        ), '') || ']'
        else content::text
    end;
end
$$;
create function rs_functions.json_serialize(content jsonb) returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text := rs_functions.compact_json(content);
begin
    if pg_catalog.octet_length(result) > 65535 then
        raise exception 'The JSON is longer than the limit of VARCHAR' using errcode = '22001';
    end if;
    return result;
end
$$;
create function rs_functions.json_typeof(content jsonb) returns text
language sql immutable strict parallel safe as $$ select pg_catalog.jsonb_typeof(content) $$;
create function rs_functions.get_array_length(content jsonb) returns bigint
language sql immutable strict parallel safe as $$
    select case pg_catalog.jsonb_typeof(content) when 'array' then pg_catalog.jsonb_array_length(content) end
$$;
create function rs_functions.is_array(content jsonb) returns boolean
language sql immutable strict parallel safe as $$ select pg_catalog.jsonb_typeof(content) = 'array' $$;
create function rs_functions.is_object(content jsonb) returns boolean
language sql immutable strict parallel safe as $$ select pg_catalog.jsonb_typeof(content) = 'object' $$;
create function rs_functions.is_scalar(content jsonb) returns boolean
language sql immutable strict parallel safe as $$ select pg_catalog.jsonb_typeof(content) not in ('array', 'object') $$;
create function rs_functions.is_varchar(content jsonb) returns boolean
language sql immutable strict parallel safe as $$ select pg_catalog.jsonb_typeof(content) = 'string' $$;
create function rs_functions.is_boolean(content jsonb) returns boolean
language sql immutable strict parallel safe as $$ select pg_catalog.jsonb_typeof(content) = 'boolean' $$;
