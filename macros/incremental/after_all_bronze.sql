{% macro after_all_bronze() -%}
    {#- The rules of a model that looks at all of bronze and is worked out whole: `after` of meta.recompute. -#}
    {%- set rules = {} -%}
    {%- for source_name, entities in bronze_entities().items() -%}
        {%- for entity_name in entities -%}
            {%- do rules.update({'bronze_' ~ source_name ~ '__' ~ entity_name: 'all'}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}
