{#- Whether a text is one valid JSON object: true or false, also for null and for bad JSON; never an error.

    Why the engines differ: Redshift has IS_VALID_JSON, which is about objects (arrays have
    IS_VALID_JSON_ARRAY; the first character is checked besides). DuckDB's json_valid takes any JSON value and
    more than the standard: a comma before a closing bracket, NaN and Infinity [ran on 2.0.0]. Those are
    looked for outside of strings. -#}
{% macro is_json_object(expression) %}
    {{ return(adapter.dispatch('is_json_object', 'duckshift')(expression)) }}
{% endmacro %}

{% macro duckdb__is_json_object(expression) -%}
    {#- A case, because `and` and `or` work out both sides: strings are cut out of few texts only. -#}
    {%- set lenient = ",\\s*[}\\]]|NaN|nan|NAN|[Ii][Nn][Ff]" -%}
    {%- set strings = '"(?:[^"\\\\]|\\\\.)*"' -%}
    case
        when not coalesce(json_valid({{ expression }}), false) then false
        when not starts_with(ltrim({{ expression }}, chr(9) || chr(10) || chr(13) || ' '), '{') then false
        when regexp_matches({{ expression }}, '{{ lenient }}')
            then not regexp_matches(
                regexp_replace({{ expression }}, '{{ strings }}', '', 'g'), '{{ lenient }}'
            )
        else true
    end
{%- endmacro %}

{% macro redshift__is_json_object(expression) -%}
    coalesce(
        is_valid_json({{ expression }})
        and substring(ltrim({{ expression }}, chr(9) || chr(10) || chr(13) || ' '), 1, 1) = '{',
        false
    )
{%- endmacro %}
