{% macro create_control_tables() -%}
    {#- Tables that are no dbt nodes; what is there already stays as it is. -#}
    {%- for layer in ['ops', 'vault'] -%}
        {%- do adapter.create_schema(
            api.Relation.create(database=target.database, schema=layer_schema(layer))) -%}
    {%- endfor -%}
    {%- call statement('create_control_tables', auto_begin=true) -%}
        {{ control_table_definitions() }}
    {%- endcall -%}
    {%- do ensure_salt() -%}
    {%- do adapter.commit() -%}
    {#- dbt listed the schemas before this hook ran; without a word it would take the tables for missing. -#}
    {%- for relation in [
        control_relation('runs'), control_relation('landed_objects'), control_relation('landed_manifests'),
        control_relation('salt', layer='vault')
    ] -%}
        {%- do adapter.cache_added(relation) -%}
    {%- endfor -%}
{%- endmacro %}
