{% macro copy_manifest(table, manifest) -%}
    copy {{ table }} from {{ dbt.string_literal(manifest) }} {{ iam_role() }} format as parquet manifest
{%- endmacro %}
