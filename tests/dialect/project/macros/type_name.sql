{#- The type of an expression: Redshift has no function that tells, so there it is what the table promises. -#}
{% macro type_name(expression, returns) %}
    {{ return(adapter.dispatch('type_name', 'duckshift')(expression, returns)) }}
{% endmacro %}

{% macro duckdb__type_name(expression, returns) -%}
    lower(typeof({{ expression }}))
{%- endmacro %}

{% macro redshift__type_name(expression, returns) -%}
    '{{ returns }}'
{%- endmacro %}
