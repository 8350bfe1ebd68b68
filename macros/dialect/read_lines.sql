{#-
    The lines of text files: _file (below the landing root), _line (from 1; null where the engine cannot
    number lines), raw, is_readable (false where the bytes are no UTF-8; raw then shows them as \xNN). Blank
    lines are no records.

    Why two variants: DuckDB reads named files as whole texts and can split them; Redshift reads an external
    table whose only column is the line, and names the file in "$path".
-#}
{% macro read_lines(files) -%}
    {{ return(adapter.dispatch('read_lines', 'duckshift')(files)) }}
{%- endmacro %}

{#-
    decode() fails on a byte that is no UTF-8. Such a file is escaped as a whole (cast of a blob to varchar
    gives \xNN for every byte outside printable ASCII), split at its line ends, and each line is decoded by
    itself.
-#}
{% macro duckdb__read_lines(files) -%}
    select
        substr(filename, {{ (landing_root() ~ '/') | length + 1 }}) as _file,
        _line,
        rtrim(ltrim(coalesce(decoded, escaped), chr(65279)), chr(13)) as raw,
        decoded is not null as is_readable
    from (
        select
            filename,
            _line,
            escaped,
            case when is_whole then escaped else try(decode(cast(escaped as blob))) end as decoded
        from (
            select
                filename,
                content_text is not null as is_whole,
                unnest(split_lines) as escaped,
                unnest(range(1, 1 + len(split_lines))) as _line
            from (
                select
                    filename,
                    content_text,
                    coalesce(
                        string_split(content_text, chr(10)),
                        string_split(cast(content as varchar), '\x0A')
                    ) as split_lines
                from (
                    select
                        filename,
                        content,
                        try(decode(content)) as content_text
                    from read_blob({{ landed_file_list(files) }})
                ) as contents
            ) as split_contents
        ) as numbered_lines
    ) as decoded_lines
    where {{ trim_blanks('coalesce(decoded, escaped)') }} not in ('', '\x0D')
{%- endmacro %}

{#-
    One external table per entity, with the column raw varchar(65535); it is registered where files are
    landed.
-#}
{% macro redshift__read_lines(files) -%}
    {%- set root = landing_root() ~ '/' -%}
    select
        substring("$path", strpos("$path", '{{ root }}') + {{ root | length }}) as _file,
        cast(null as bigint) as _line,
        rtrim(raw, chr(13)) as raw,
        true as is_readable
    from landing.lines
    where
        "$path" in (
            {%- for item in files %}
            {{ dbt.string_literal(dbt.escape_single_quotes(root ~ item.file)) }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
        and trim(raw) != ''
{%- endmacro %}
