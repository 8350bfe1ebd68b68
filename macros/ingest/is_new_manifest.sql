{% macro is_new_manifest(source_name, entity_name) -%}
    {#-
        Whether a row of ops.landed_manifests is of an entity whose bronze model, the one that calls, does not
        hold it. A manifest is loaded as a whole or not at all: it is new if bronze holds none of its files.
    -#}
    {%- set bronze = load_relation(this) -%}
    source_name = '{{ source_name }}'
    and entity_name = '{{ entity_name }}'
    {%- if bronze is not none %}
    and manifest not in (
        select landed_objects.manifest
        from {{ control_relation('landed_objects') }} as landed_objects
        inner join {{ bronze }} as bronze
            on landed_objects.file = bronze._file
        where
            bronze._status = 'file'
            and landed_objects.manifest is not null
    )
    {%- endif %}
{%- endmacro %}
