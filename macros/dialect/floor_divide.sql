{#- Whole quotient of two non-negative whole numbers, as bigint.

    Why the engines differ: `/` between integers gives 2 for 5 / 2 on Redshift and 2.5 on DuckDB, which has
    `//` for it. Redshift divides as decimals what is one (window SUM of bigint is, "SUM window function").
-#}
{% macro floor_divide(dividend, divisor) %}
    {{ return(adapter.dispatch('floor_divide', 'duckshift')(dividend, divisor)) }}
{% endmacro %}

{% macro duckdb__floor_divide(dividend, divisor) -%}
    cast(({{ dividend }}) // ({{ divisor }}) as bigint)
{%- endmacro %}

{% macro redshift__floor_divide(dividend, divisor) -%}
    (cast(({{ dividend }}) as bigint) / cast(({{ divisor }}) as bigint))
{%- endmacro %}
