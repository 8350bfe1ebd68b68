{#- A JSON object as text, from names and SQL expressions of texts; a field whose value is null is left out,
    and an object without fields is null.

    Why the engines differ: DuckDB builds objects with json_object and drops nulls by a merge patch; Redshift
    has no merge patch, so the fields are strung together there, each value quoted by JSON_SERIALIZE. -#}
{% macro json_object_text(names, expressions) %}
    {{ return(adapter.dispatch('json_object_text', 'duckshift')(names, expressions)) }}
{% endmacro %}

{% macro duckdb__json_object_text(names, expressions) -%}
    nullif(cast(json_merge_patch('{}', json_object(
        {%- for name in names -%}
        '{{ dbt.escape_single_quotes(name) }}', {{ expressions[loop.index0] }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )) as varchar), '{}')
{%- endmacro %}

{% macro redshift__json_object_text(names, expressions) -%}
    nullif('{' || ltrim(
        {%- for name in names -%}
        {%- set value = 'json_serialize(cast(' ~ expressions[loop.index0] ~ ' as super))' -%}
        coalesce(',"{{ dbt.escape_single_quotes(name) }}":' || {{ value }}, '')
        {{- ' || ' if not loop.last }}
        {%- endfor -%}
    , ',') || '}', '{}')
{%- endmacro %}
