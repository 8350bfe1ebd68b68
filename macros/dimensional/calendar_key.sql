{% macro calendar_key(date) -%}
    {#-
        Key of a day in dim_date; -1 (unknown) for a day that dim_date does not cover: a slip such as
        1970-01-01 must not stop the run, and a guard warns of it.
    -#}
    case
        when {{ date }} < cast('{{ var("dim_date_start") }}' as date) then -1
        when {{ date }} > cast('{{ var("dim_date_end") }}' as date) then -1
        else {{ date_key(date) }}
    end
{%- endmacro %}
