{#-
    The lines of text files, one row each; blank lines are no records. In an event stream two records can
    stand in one line without a line end between them (`}{` outside of a string); each is a row then.

    | column    | what it is                                                                                 |
    |-----------|--------------------------------------------------------------------------------------------|
    | _file     | path below the landing root                                                                |
    | _line     | number of the line in its file, from 1                                                     |
    | line_text | the line; what is no UTF-8 shows as \xNN, what varchar(65535) does not hold is cut off     |
    | defect    | why the line cannot be taken apart; null if it can                                         |
    | fields    | of a JSON line: the fields of the contract as one object, every number written in one way  |
    | extra     | what the line holds beyond the contract, as a JSON object; null if nothing                 |

    Why two variants: DuckDB reads the files that the list names; on Redshift `duckshift intake` has run that
    very query, and its rows were staged. Lines are therefore read and judged in one place, so that both
    engines see the same text: they print the number 1.10 of a JSON object differently.
-#}
{% macro read_lines(entity, files) -%}
    {{ return(adapter.dispatch('read_lines', 'duckshift')(entity, files)) }}
{%- endmacro %}

{#-
    What is dear is asked after a cheap question that settles it for nearly every line, and JSON is parsed
    once for all fields.
-#}
{% macro duckdb__read_lines(entity, files) -%}
    {%- set is_csv = entity.file_format == 'csv' -%}
    {#- The longest text of Redshift; as many characters as surely fit, however many bytes each has. -#}
    {%- set longest = 65535 -%}
    {%- set longest_cut = 16383 -%}
    {%- set is_long = 'greatest(coalesce(strlen(extra), 0), coalesce(strlen(fields), 0)) > ' ~ longest -%}
    {#- Files whose additional columns stand at the same places are read together. -#}
    {%- set batches = {} -%}
    {%- for item in files -%}
        {%- set additional = {} -%}
        {%- for column in item.columns if is_csv and column.name not in entity.columns -%}
            {%- do additional.update({column.name: item.columns.index(column) + 1}) -%}
        {%- endfor -%}
        {%- do batches.setdefault(tojson(additional), []).append(item) -%}
    {%- endfor -%}

    {%- for signature, batch in batches.items() %}
    {%- set additional = fromjson(signature) %}
    select * from (
        with

        bare_lines as (
            {{ lines_of_files(entity, batch) | indent(12) }}
        ),

        judged_lines as (
            select
                _file,
                _line,
                line_text,
                case
                    when not is_readable then 'the line holds bytes that are no UTF-8'
                    when strlen(line_text) > {{ longest }} then 'the line is longer than 65,535 bytes'
                    when strpos(line_text, chr(0)) > 0 then 'the line holds a null character'
                    {%- if not is_csv %}
                    -- Escaped, and not behind a backslash that is escaped itself.
                    when strpos(line_text, '\u0000') > 0
                        and regexp_matches(line_text, '(?:^|[^\\])(?:\\\\)*\\u0000')
                        then 'the line holds a null character'
                    when not {{ is_json_object('line_text') }} then 'the line is no JSON object'
                    {%- endif %}
                end as defect
            from bare_lines
        ),

        {%- if is_csv %}

        parted_lines as (
            select
                *,
                cast(null as varchar) as fields,
                {%- if additional %}
                {%- set values = [] %}
                {%- for position in additional.values() %}
                {%- do values.append(split_field('line_text', "','", position)) %}
                {%- endfor %}
                case
                    when defect is null then {{ json_object_text(additional.keys() | list, values) }}
                end as extra
                {%- else %}
                cast(null as varchar) as extra
                {%- endif %}
            from judged_lines
        )

        {%- else %}

        parsed_lines as (
            select
                *,
                case when defect is null then json_extract(line_text, [
                    {%- for name in entity.columns %}
                    '$.{{ name }}'{{ ',' if not loop.last }}
                    {%- endfor %}
                ]) end as field_values
            from judged_lines
        ),

        parted_lines as (
            select
                *,
                case when defect is null then cast(json_merge_patch('{}', json_object(
                    {%- for name in entity.columns %}
                    '{{ name }}', field_values[{{ loop.index }}]{{ ',' if not loop.last }}
                    {%- endfor %}
                )) as varchar) end as fields,
                case when defect is null then nullif(cast(json_merge_patch(line_text, '{
                    {%- for name in entity.columns %}
                    "{{ name }}": null{{ ',' if not loop.last }}
                    {%- endfor %}
                }') as varchar), '{}') end as extra
            from parsed_lines
        )
        {%- endif %}

        select
            _file,
            _line,
            replace(
                case
                    when strlen(line_text) > {{ longest }} then left(line_text, {{ longest_cut }})
                    else line_text
                end,
                chr(0), ' '
            ) as line_text,
            case when {{ is_long }} then 'the line is longer than 65,535 bytes as JSON' else defect end
                as defect,
            case when not {{ is_long }} then fields end as fields,
            case when not {{ is_long }} then extra end as extra
        from parted_lines
    ) as batch
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}

{% macro redshift__read_lines(entity, files) -%}
    select
        _file,
        _line,
        line_text,
        defect,
        fields,
        extra
    from {{ files }}
{%- endmacro %}
