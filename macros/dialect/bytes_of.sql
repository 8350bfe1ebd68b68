{#- Length of a text in UTF-8 bytes (null for null), which is what varchar(n) limits on Redshift.

    Why the engines differ: Redshift's OCTET_LENGTH takes text (Database Developer Guide, "OCTET_LENGTH");
    DuckDB's takes only blobs and bits, and calls the bytes of a text strlen ("Text functions"). -#}
{% macro bytes_of(expression) %}
    {{ return(adapter.dispatch('bytes_of', 'duckshift')(expression)) }}
{% endmacro %}

{% macro duckdb__bytes_of(expression) -%}
    cast(strlen({{ expression }}) as integer)
{%- endmacro %}

{% macro redshift__bytes_of(expression) -%}
    octet_length({{ expression }})
{%- endmacro %}
