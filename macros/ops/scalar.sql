{% macro scalar(query) -%}
    {#- First value of the first row, none without rows. -#}
    {%- set rows = run_query(query) -%}
    {{ return(rows.columns[0].values()[0] if rows | length > 0 else none) }}
{%- endmacro %}
