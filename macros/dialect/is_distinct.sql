{#- Whether two values differ, with null equal to null and different from everything else; never null itself.

    Why the engines differ: DuckDB has IS DISTINCT FROM, Redshift has not. Redshift also takes 'a' and 'a ' as
    equal (trailing blanks do not count in comparisons), DuckDB does not: where such a change matters compare
    hash_key of both.
-#}
{% macro is_distinct(a, b) %}
    {{ return(adapter.dispatch('is_distinct', 'duckshift')(a, b)) }}
{% endmacro %}

{% macro duckdb__is_distinct(a, b) -%}
    ({{ a }} is distinct from {{ b }})
{%- endmacro %}

{% macro redshift__is_distinct(a, b) -%}
    (case when {{ a }} = {{ b }} then false when {{ a }} is null and {{ b }} is null then false else true end)
{%- endmacro %}
