{% macro column_name(column) -%}
    {{ return(adapter.quote(column.name) if column.quote else column.name) }}
{%- endmacro %}
