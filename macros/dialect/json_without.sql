{#-
    What a JSON object holds beyond the named fields, as JSON text; null when there is nothing more or it is
    no object.

    Why two variants: DuckDB removes fields by a merge patch with nulls; Redshift has no function that removes
    a field, and its variant is not built yet.
-#}
{% macro json_without(expression, fields) -%}
    {{ return(adapter.dispatch('json_without', 'duckshift')(expression, fields)) }}
{%- endmacro %}

{% macro duckdb__json_without(expression, fields) -%}
    case
        when {{ is_json_object(expression) }}
            then nullif(cast(json_merge_patch({{ expression }}, '{
                {%- for field in fields -%}"{{ field }}": null{{ ', ' if not loop.last }}{%- endfor -%}
            }') as varchar), '{}')
    end
{%- endmacro %}

{% macro redshift__json_without(expression, fields) -%}
    {{ exceptions.raise_compiler_error(
        "json_without is not built yet for Redshift: it comes with the local Redshift server (issue B)") }}
{%- endmacro %}
