{#- SHA-256 of a text as 64 hexadecimal digits in lower case; null stays null.

    Why the engines differ: DuckDB calls it sha256(text), Redshift sha2(text, 256). -#}
{% macro sha256_hex(expression) %}
    {{ return(adapter.dispatch('sha256_hex', 'duckshift')(expression)) }}
{% endmacro %}

{% macro duckdb__sha256_hex(expression) -%}
    sha256({{ expression }})
{%- endmacro %}

{% macro redshift__sha256_hex(expression) -%}
    sha2({{ expression }}, 256)
{%- endmacro %}
