{#-
    Whether there are files of an entity that its bronze model does not hold yet; asked where the model is
    compiled for a run. `files` is what new_landed_files gives.

    Why two variants: DuckDB has the list at hand; on Redshift what is new stands in manifests.
-#}
{% macro has_new_files(source_name, entity_name, files) -%}
    {{ return(adapter.dispatch('has_new_files', 'duckshift')(source_name, entity_name, files)) }}
{%- endmacro %}

{% macro duckdb__has_new_files(source_name, entity_name, files) -%}
    {{ return(files | length > 0) }}
{%- endmacro %}

{% macro redshift__has_new_files(source_name, entity_name, files) -%}
    {{ return(scalar('select count(*) from ' ~ control_relation('landed_manifests') ~ ' where '
        ~ is_new_manifest(source_name, entity_name)) > 0) }}
{%- endmacro %}
