{% macro landed_text_records(entity, files) -%}
    {#-
        CSV and JSON lines: every line is read as one text and taken apart in SQL. Readers that parse lose
        what does not parse, and swap columns silently when a header comes in another order. Without files
        there is nothing to take apart, and the query stays short.
    -#}
    {%- set is_csv = entity.file_format == 'csv' -%}
    {%- set value_types = {} -%}
    {%- set checks = {} -%}
    {%- set fields = {} -%}
    {%- set columns = ['_file', '_line', 'line_text', 'extra', 'defect as unreadable_reason'] -%}
    {%- for field in entity.fields -%}
        {%- do value_types.update({field.name: 'varchar(65535)'}) -%}
        {%- do fields.update({field.name: field.name}) -%}
        {%- do checks.update({field.name: {
            'text': 'trim(' ~ field.name ~ ')',
            'fits': fits_text(field.name, field.data_type),
        }}) -%}
    {%- endfor %}

    with

    {%- if files %}

    lines as (
        {{ read_lines(entity, files) }}
    ),

    {%- if is_csv %}

    -- The line that names every required column, wherever the engine puts it; columns are found by name.
    headers as (
        select
            _file,
            min(lower(replace(line_text, ' ', ''))) as header
        from lines
        where
            defect is null
            {%- for name in entity.required %}
            and strpos(',' || lower(replace(line_text, ' ', '')) || ',', ',{{ name }},') > 0
            {%- endfor %}
        group by _file
    ),

    header_positions as (
        select
            _file,
            header,
            {{ occurrences('header', ',') }} + 1 as field_count
            {%- for name in entity.columns %},
            {{ field_position('header', name) }} as position_of_{{ name }}
            {%- endfor %}
        from headers
    ),

    parsed as (
        select
            lines._file,
            lines._line,
            lines.line_text,
            lines.extra,
            case
                when lines.defect is not null then lines.defect
                when {{ occurrences('lines.line_text', ',') }} + 1 != header_positions.field_count
                    then cast(header_positions.field_count as varchar) || ' fields expected, found '
                        || cast({{ occurrences('lines.line_text', ',') }} + 1 as varchar)
            end as unreadable_reason
            {%- for name in entity.columns %},
            {{ split_field('lines.line_text', "','", 'header_positions.position_of_' ~ name) }} as {{ name }}
            {%- endfor %}
        from lines
        inner join header_positions
            on lines._file = header_positions._file
        where lower(replace(lines.line_text, ' ', '')) != header_positions.header
    ),

    {%- else %}

    parsed as (
        {{ json_texts('lines', columns, 'fields', fields) | indent(8) }}
    ),

    {%- endif %}

    checked as (
        select
            parsed.*,
            coalesce(
                unreadable_reason,
                {{ record_reason(entity, checks) | indent(16) }}
            ) as _reason
        from parsed
    ),

    {%- endif %}

    records as (
        {%- if files %}
        select
            {%- for name in entity.columns %}
            cast({{ name }} as varchar(65535)) as {{ name }},
            {%- endfor %}
            cast(extra as varchar(65535)) as _extra,
            case when _reason is null then 'loaded' else 'rejected' end as _status,
            _reason,
            case when _reason is not null then line_text end as _raw,
            _file,
            _line
        from checked

        union all
        {% endif %}
        {{ file_records(entity, files, value_types) | indent(8) }}
    )

    {{ with_load_metadata(entity.columns, 'records') }}
{%- endmacro %}
