{#- Whether a text is one valid JSON object: true or false, also for null and for bad JSON; never an error.

    Why the engines differ: Redshift has IS_VALID_JSON, which is about objects (arrays have
    IS_VALID_JSON_ARRAY; the first character is checked besides). DuckDB's json_valid takes any JSON value and
    more than the standard: a comma before a closing bracket, NaN and Infinity [ran on 2.0.0]. Those are
    looked for outside of strings. -#}
{% macro is_json_object(expression) %}
    {{ return(adapter.dispatch('is_json_object', 'duckshift')(expression)) }}
{% endmacro %}

{% macro duckdb__is_json_object(expression) -%}
    {#- The strings are cut out only in the rare text that holds such a pattern at all. -#}
    {%- set lenient = ",\\s*[}\\]]|NaN|nan|NAN|[Ii][Nn][Ff]" -%}
    {%- set strings = '"(?:[^"\\\\]|\\\\.)*"' -%}
    coalesce(
        json_type(try_cast({{ expression }} as json)) = 'OBJECT'
        and (
            not regexp_matches({{ expression }}, '{{ lenient }}')
            or not regexp_matches(regexp_replace({{ expression }}, '{{ strings }}', '', 'g'), '{{ lenient }}')
        ),
        false
    )
{%- endmacro %}

{% macro redshift__is_json_object(expression) -%}
    coalesce(
        is_valid_json({{ expression }})
        and substring(ltrim({{ expression }}, chr(9) || chr(10) || chr(13) || ' '), 1, 1) = '{',
        false
    )
{%- endmacro %}
