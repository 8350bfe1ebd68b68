{% macro column_list(columns, with_types=false) -%}
    {%- for column in columns -%}
        {{ column.name }}{{ ' ' ~ column.data_type if with_types }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
