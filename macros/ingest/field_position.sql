{% macro field_position(header, name) -%}
    {%- set name = dbt.escape_single_quotes(name) -%}
    {#- Position of a column in a comma-separated header, from 1; null if it is not there. -#}
    {%- set place = "strpos(',' || " ~ header ~ " || ',', '," ~ name ~ ",')" -%}
    case
        when {{ place }} > 0
            then {{ occurrences("substring(',' || " ~ header ~ ", 1, " ~ place ~ ")", ',') }}
    end
{%- endmacro %}
