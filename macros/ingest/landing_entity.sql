{% macro landing_entity(source_name, entity_name) -%}
    {%- for entity in landing_entities()
        if entity.source_name == source_name and entity.entity_name == entity_name -%}
        {{ return(entity) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(
        "the landing contract has no " ~ source_name ~ "/" ~ entity_name
        ~ ": add it to contracts/landing and run `duckshift contract export`") }}
{%- endmacro %}
