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
    {#-
        dbt listed the schemas before this hook ran; without a word it would take the tables for missing. A
        schema that it has not listed (--cache-selected-only) must be listed first: one word makes it known.
    -#}
    {%- do load_relation(control_relation('runs')) -%}
    {%- do load_relation(control_relation('salt', layer='vault')) -%}
    {%- for relation in [
        control_relation('runs'), control_relation('run_ends'), control_relation('run_lock'),
        control_relation('test_findings'),
        control_relation('landed_objects'), control_relation('landed_manifests'),
        control_relation('watermarks'), control_relation('model_builds'),
        control_relation('salt', layer='vault')
    ] -%}
        {%- do adapter.cache_added(relation) -%}
    {%- endfor -%}
{%- endmacro %}
