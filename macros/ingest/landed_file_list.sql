{% macro landed_file_list(files) -%}
    [
    {%- for item in files %}
        {{ dbt.string_literal(dbt.escape_single_quotes(landing_root() ~ '/' ~ item.file)) }}{{ ',' if not loop.last }}
    {%- endfor %}
    ]
{%- endmacro %}
