{% macro field_position(header, name) -%}
    {#- Position of a column in a comma-separated header, from 1; null if it is not there. -#}
    case
        when strpos(',' || {{ header }} || ',', ',{{ name }},') > 0
            then {{ occurrences(
                "substring(',' || " ~ header ~ ", 1, strpos(',' || " ~ header ~ " || ',', '," ~ name ~ ",'))", ',') }}
    end
{%- endmacro %}
