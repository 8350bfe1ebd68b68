{#-
    Whether a row of ops.landed_objects is one of the files that new_landed_files gives.

    Why two variants: DuckDB has the list at hand, which also names the files that it reads; on Redshift the
    files are those of the manifests that were staged, and no statement lists them.
-#}
{% macro is_new_file(files) -%}
    {{ return(adapter.dispatch('is_new_file', 'duckshift')(files)) }}
{%- endmacro %}

{% macro duckdb__is_new_file(files) -%}
    {%- if files -%}
        file in (
            {%- for item in files %}
            {{ dbt.string_literal(dbt.escape_single_quotes(item.file)) }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

{% macro redshift__is_new_file(files) -%}
    manifest in (select manifest from {{ files }}__manifests)
{%- endmacro %}
