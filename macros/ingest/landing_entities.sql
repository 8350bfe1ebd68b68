{% macro landing_entities() -%}
    {#- Every entity of the landing contract, by its path below the landing root. -#}
    {%- set entities = [] -%}
    {%- for node in graph.sources.values() if node.meta.get('delivery') -%}
        {%- do entities.append(landing_entity(node.source_name, node.name)) -%}
    {%- endfor -%}
    {{ return(entities | sort(attribute='path')) }}
{%- endmacro %}
