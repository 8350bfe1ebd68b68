{% macro field_position(header, name) -%}
    {#- Position of a column in a comma-separated header, from 1; null if it is not there. -#}
    {%- set place = "strpos(',' || " ~ header ~ " || ',', '," ~ name ~ ",')" -%}
    case
        when {{ place }} > 0
            then {{ occurrences("substring(',' || " ~ header ~ ", 1, " ~ place ~ ")", ',') }}
    end
{%- endmacro %}
