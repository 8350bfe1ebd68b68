{#- Whether two values differ to the letter; null equals null. `is_text` says whether they are texts.

    Why the engines differ: Redshift takes 'a' and 'a ' as equal (trailing blanks do not count in comparisons,
    "VARCHAR or CHARACTER VARYING"), so a mark is put behind texts there; DuckDB compares as they are.
-#}
{% macro is_value_changed(former, staged, is_text) %}
    {{ return(adapter.dispatch('is_value_changed', 'duckshift')(former, staged, is_text)) }}
{% endmacro %}

{% macro duckdb__is_value_changed(former, staged, is_text) -%}
    {{ is_distinct(former, staged) }}
{%- endmacro %}

{% macro redshift__is_value_changed(former, staged, is_text) -%}
    {%- if is_text -%}
        {{ is_distinct(former ~ " || '.'", staged ~ " || '.'") }}
    {%- else -%}
        {{ is_distinct(former, staged) }}
    {%- endif -%}
{%- endmacro %}
