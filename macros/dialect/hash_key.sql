{#- A 60-bit key from a list of expressions: the first 15 hexadecimal digits of the md5 of their texts, as
    bigint. Never null, never negative, so the members -1 and -2 of a dimension stay free.

    Every text goes in with its length in characters before it (3:abc), a null as a minus sign. What is hashed
    can therefore be read back in one way only: ('a|b', 'c') and ('a', 'b|c') differ, and null differs from
    ''. The caller casts what is not text itself: a date, a number and above all a float print differently per
    engine.

    Why the engines differ: Redshift turns hexadecimal digits into a number with STRTOL, DuckDB by casting
    text that starts with 0x; and a bare varchar is varchar(256) on Redshift ("Character types"), which would
    cut long texts. -#}
{% macro hash_key(expressions) %}
    {%- if expressions is string or not expressions -%}
        {{ exceptions.raise_compiler_error("hash_key wants a list of at least one SQL expression") }}
    {%- endif -%}
    {{ return(adapter.dispatch('hash_key', 'duckshift')(expressions)) }}
{% endmacro %}

{% macro duckdb__hash_key(expressions) -%}
    {%- set parts = [] -%}
    {%- for expression in expressions -%}
        {%- set text = 'cast(' ~ expression ~ ' as varchar)' -%}
        {%- do parts.append("coalesce(cast(length(" ~ text ~ ") as varchar) || ':' || " ~ text ~ ", '-')") -%}
    {%- endfor -%}
    cast('0x' || substring(md5({{ parts | join(' || ') }}), 1, 15) as bigint)
{%- endmacro %}

{% macro redshift__hash_key(expressions) -%}
    {%- set parts = [] -%}
    {%- for expression in expressions -%}
        {%- set text = 'cast(' ~ expression ~ ' as varchar(65535))' -%}
        {%- set size = 'cast(length(' ~ text ~ ') as varchar(16))' -%}
        {%- do parts.append('coalesce(' ~ size ~ " || ':' || " ~ text ~ ", '-')") -%}
    {%- endfor -%}
    strtol(substring(md5({{ parts | join(' || ') }}), 1, 15), 16)
{%- endmacro %}
