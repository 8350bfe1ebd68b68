{#- Seconds from a to b as bigint, negative when b is earlier; fractions of both timestamps are dropped first.

    Why the engines differ: both count the boundaries of seconds that are crossed, but Redshift's DATEDIFF
    takes the part as a bare word and DuckDB's date_diff as a text. -#}
{% macro seconds_between(a, b) %}
    {{ return(adapter.dispatch('seconds_between', 'duckshift')(a, b)) }}
{% endmacro %}

{% macro duckdb__seconds_between(a, b) -%}
    cast(date_diff('second', cast({{ a }} as timestamp), cast({{ b }} as timestamp)) as bigint)
{%- endmacro %}

{% macro redshift__seconds_between(a, b) -%}
    cast(datediff(second, cast({{ a }} as timestamp), cast({{ b }} as timestamp)) as bigint)
{%- endmacro %}
