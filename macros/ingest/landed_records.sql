{% macro landed_records(source_name, entity_name) -%}
    {#-
        The records of files that are not loaded yet, and one record per file (`_status` = 'file'), so that an
        empty file leaves a trace too. A record that breaks the landing contract stays, with `_status` =
        'rejected', the reason and its raw text.
    -#}
    {#- Only for the lineage: files are read by their names, not through the source's relation. -#}
    {%- do source(source_name, entity_name) -%}
    {#- Where the engine cannot read files in the query, it stages them first, in the same transaction. -#}
    {{- config(pre_hook="{{ stage_landed_records('" ~ source_name ~ "', '" ~ entity_name ~ "') }}") -}}
    {%- set entity = landing_entity(source_name, entity_name) if execute else none -%}
    {%- if entity is none -%}
        {{ return('select null as _file') }}
    {%- endif -%}
    {%- set files = new_landed_files(source_name, entity_name) -%}
    {%- if flags.WHICH in ('build', 'run', 'retry') and not has_new_files(source_name, entity_name, files) -%}
        {%- do shared_in_run('models_without_files').update({model.name: true}) -%}
    {%- endif -%}
    {%- if entity.file_format == 'parquet' -%}
        {{ landed_parquet_records(entity, files) }}
    {%- else -%}
        {{ landed_text_records(entity, files) }}
    {%- endif -%}
{%- endmacro %}
