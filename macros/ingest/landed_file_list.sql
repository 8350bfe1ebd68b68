{% macro landed_file_list(files) -%}
    {%- set root = landing_root() ~ '/' -%}
    [
    {%- for item in files %}
        {{ dbt.string_literal(dbt.escape_single_quotes(root ~ item.file)) }}{{ ',' if not loop.last }}
    {%- endfor %}
    ]
{%- endmacro %}
