{#- A query of `columns` of a relation (as they are written after `select`) and of several fields of its
    column `document`, each as json_text gives it; `fields` maps the name of a column to the field.

    Why the engines differ: DuckDB reads all fields of a list in one pass over the document, and would read it
    once per field otherwise; on Redshift each field is an expression of its own. -#}
{% macro json_texts(relation, columns, document, fields) %}
    {{ return(adapter.dispatch('json_texts', 'duckshift')(relation, columns, document, fields)) }}
{% endmacro %}

{% macro duckdb__json_texts(relation, columns, document, fields) -%}
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        {%- for name in fields %}
        nullif(json_values[{{ loop.index }}], '') as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            *,
            json_extract_string(try_cast({{ document }} as json), [
                {%- for field in fields.values() %}
                '$.{{ field }}'{{ ',' if not loop.last }}
                {%- endfor %}
            ]) as json_values
        from {{ relation }}
    ) as documents
{%- endmacro %}

{% macro redshift__json_texts(relation, columns, document, fields) -%}
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        {%- for name, field in fields.items() %}
        {{ json_text(document, field) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
{%- endmacro %}
