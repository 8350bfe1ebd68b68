{% macro table_of_node(unique_id) -%}
    {%- set node = graph.nodes[unique_id] -%}
    {{ return(api.Relation.create(
        database=node.database, schema=node.schema, identifier=node.alias, type='table')) }}
{%- endmacro %}
