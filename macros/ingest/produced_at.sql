{% macro produced_at(file_version) -%}
    {#- The moment in a file name's <produced_at>, which bronze keeps as the number YYYYMMDDHHMMSS. -#}
    {%- set digits = 'cast(' ~ file_version ~ ' as varchar(14))' -%}
    cast(
        substring({{ digits }}, 1, 4)
        || '-' || substring({{ digits }}, 5, 2)
        || '-' || substring({{ digits }}, 7, 2)
        || ' ' || substring({{ digits }}, 9, 2)
        || ':' || substring({{ digits }}, 11, 2)
        || ':' || substring({{ digits }}, 13, 2)
        as timestamp
    )
{%- endmacro %}
