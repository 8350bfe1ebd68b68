{% macro column_definitions(columns, encodings) -%}
    {#- Name, type, ENCODE and NOT NULL of each column. Keys are declared when tests have proven them. -#}
    {%- set lines = [] -%}
    {%- for column in columns -%}
        {%- set parts = [column_name(column), column.data_type] -%}
        {%- if encodings -%}
            {%- do parts.append('encode ' ~ encodings[column.name | lower]) -%}
        {%- endif -%}
        {%- if 'not_null' in (column.constraints or []) | map(attribute='type') | map('string') -%}
            {%- do parts.append('not null') -%}
        {%- endif -%}
        {%- do lines.append(parts | join(' ')) -%}
    {%- endfor -%}
    {{ return(lines) }}
{%- endmacro %}
