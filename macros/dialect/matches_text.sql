{#- Whether the whole of a text matches a regular expression (null for null).

    Why the engines differ: Redshift has the POSIX operator ~, which matches any part of a text and no
    full-match form; DuckDB's ~ matches the whole text, and reads it as RE2 (REDSHIFT: "POSIX operators" in
    the Database Developer Guide; DuckDB: "Pattern matching"). The pattern is plain text, not an SQL literal,
    and keeps to what both read alike: classes, groups, |, ?, *, + and {m,n}. No backslash: Redshift's
    literals would eat it.
-#}
{% macro matches_text(expression, pattern) %}
    {%- if "'" in pattern or '\\' in pattern -%}
        {{ exceptions.raise_compiler_error(
            "matches_text: no quote and no backslash in a pattern: " ~ pattern
        ) }}
    {%- endif -%}
    {{ return(adapter.dispatch('matches_text', 'duckshift')(expression, pattern)) }}
{% endmacro %}

{% macro duckdb__matches_text(expression, pattern) -%}
    regexp_full_match({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{% macro redshift__matches_text(expression, pattern) -%}
    ({{ expression }} ~ '^({{ pattern }})$')
{%- endmacro %}
