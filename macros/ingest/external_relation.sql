{% macro external_relation(source_name, entity_name) -%}
    {{ return(api.Relation.create(
        schema=layer_schema('landing'), identifier=source_name ~ '__' ~ entity_name)) }}
{%- endmacro %}
