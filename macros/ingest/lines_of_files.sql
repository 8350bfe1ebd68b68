{% macro lines_of_files(entity, files) -%}
    {#-
        A query of the lines of text files, for DuckDB: _file (below the landing root), _line (from 1),
        line_text (without the mark at the start of a file and the CR at the end of a line) and is_readable;
        blank lines are left out. In an event stream every record of a line is a row.

        decode() fails on a byte that is no UTF-8. Such a file is escaped as a whole (a blob cast to varchar
        gives \xNN for every byte outside printable ASCII, and for quotes and backslashes), split at its line
        ends, and each line is decoded by itself.

        read_blob() hands all its files to one thread, so there is one for each of file_slices. A character at
        either end says whether anything is to be trimmed: trimming is slow.
    -#}
    {%- set is_stream = entity.delivery == 'event_stream' -%}
    {%- set content = 'landing_unzipped(content)' if entity.compression == 'gzip' else 'content' %}

    with

    files as (
        {%- for slice in file_slices(files) %}
        select filename, {{ content }} as content
        from read_blob({{ landed_file_list(slice) | indent(12) }})
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ),

    contents as (
        select filename, content, try(decode(content)) as content_text
        from files
    ),

    split_contents as (
        select
            filename,
            content_text is not null as is_whole,
            coalesce(
                string_split(content_text, chr(10)),
                string_split(cast(content as varchar), '\x0A')
            ) as split_lines
        from contents
    ),

    physical_lines as (
        select
            filename,
            is_whole,
            unnest(split_lines) as escaped,
            unnest(range(1, 1 + len(split_lines))) as _line
        from split_contents
    ),

    numbered_lines as (
        select
            filename,
            is_whole,
            {%- if is_stream %}
            unnest({{ records_in_line('escaped', 'is_whole') | indent(16) }}) as escaped,
            {%- else %}
            escaped,
            {%- endif %}
            _line
        from physical_lines
    ),

    decoded_lines as (
        select
            filename,
            _line,
            escaped,
            case when is_whole then escaped else try(decode(cast(escaped as blob))) end as decoded
        from numbered_lines
    ),

    readable_lines as (
        select
            filename,
            _line,
            ltrim(coalesce(decoded, escaped), chr(65279)) as line_text,
            decoded is not null as is_readable
        from decoded_lines
        where
            coalesce(decoded, escaped) > '!' and not starts_with(coalesce(decoded, escaped), '\')
            or {{ trim_blanks('coalesce(decoded, escaped)') }} not in ('', '\x0D')
    )

    select
        substr(filename, {{ (landing_root() ~ '/') | length + 1 }}) as _file,
        _line,
        case when ends_with(line_text, chr(13)) then rtrim(line_text, chr(13)) else line_text end
            as line_text,
        is_readable
    from readable_lines
{%- endmacro %}
