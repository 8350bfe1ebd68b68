{% macro landed_text_records(entity, files) -%}
    {#-
        CSV and JSON lines: every line is read as one text and taken apart in SQL. Readers that parse lose
        what does not parse, and swap columns silently when a header comes in another order. Without files
        there is nothing to take apart, and the query stays short.
    -#}
    {%- set is_csv = entity.file_format == 'csv' -%}
    {%- set value_types = {} -%}
    {%- set checks = {} -%}
    {%- for field in entity.fields -%}
        {%- do value_types.update({field.name: 'varchar(65535)'}) -%}
        {%- do checks.update({field.name: {
            'text': 'trim(' ~ field.name ~ ')',
            'fits': fits_text(field.name, field.data_type),
        }}) -%}
    {%- endfor -%}

    {%- set extra_columns = [] -%}
    {%- set extra_values = [] -%}
    {%- for item in files if is_csv -%}
        {%- for column in item.columns if column.name not in entity.columns + extra_columns -%}
            {%- do extra_columns.append(column.name) -%}
            {%- do extra_values.append(split_field(
                'lines.raw', "','", field_position('header_positions.header', column.name))) -%}
        {%- endfor -%}
    {%- endfor %}

    with

    {%- if files %}

    lines as (
        {{ read_lines(files) }}
    ),

    {%- if is_csv %}

    -- The line that names every required column, wherever the engine puts it; columns are found by name.
    headers as (
        select
            _file,
            min(lower(replace(raw, ' ', ''))) as header
        from lines
        where
            is_readable
            {%- for name in entity.required %}
            and strpos(',' || lower(replace(raw, ' ', '')) || ',', ',{{ name }},') > 0
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
            lines.raw,
            case
                when not lines.is_readable then 'the line holds bytes that are no UTF-8'
                when {{ occurrences('lines.raw', ',') }} + 1 != header_positions.field_count
                    then cast(header_positions.field_count as varchar) || ' fields expected, found '
                        || cast({{ occurrences('lines.raw', ',') }} + 1 as varchar)
            end as unreadable_reason
            {%- for name in entity.columns %},
            {{ split_field('lines.raw', "','", 'header_positions.position_of_' ~ name) }} as {{ name }}
            {%- endfor %},
            {%- if extra_columns %}
            {{ json_object_text(extra_columns, extra_values) }} as _extra
            {%- else %}
            cast(null as varchar(65535)) as _extra
            {%- endif %}
        from lines
        inner join header_positions
            on lines._file = header_positions._file
        where lower(replace(lines.raw, ' ', '')) != header_positions.header
    ),

    {%- else %}

    judged as (
        select
            lines.*,
            is_readable and {{ is_json_object('raw') }} as is_object
        from lines
    ),

    parsed as (
        select
            _file,
            _line,
            raw,
            case
                when not is_readable then 'the line holds bytes that are no UTF-8'
                when not is_object then 'the line is no JSON object'
            end as unreadable_reason
            {%- for name in entity.columns %},
            case when is_object then {{ json_text('raw', name) }} end as {{ name }}
            {%- endfor %},
            {{ json_without('raw', entity.columns) }} as _extra
        from judged
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
            _extra,
            case when _reason is null then 'loaded' else 'rejected' end as _status,
            _reason,
            case when _reason is not null then raw end as _raw,
            _file,
            _line
        from checked

        union all
        {% endif %}
        {{ file_records(entity, files, value_types) | indent(8) }}
    )

    {{ with_load_metadata(entity.columns, 'records') }}
{%- endmacro %}
