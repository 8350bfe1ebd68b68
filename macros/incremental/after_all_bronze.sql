{% macro after_all_bronze() -%}
    {#-
        The rules of a model that looks at all of bronze and is worked out whole: `after` of meta.recompute.
        Names its inputs to dbt too, which the model reads through a view.
    -#}
    {%- set rules = {} -%}
    {%- for source_name, entities in bronze_entities().items() -%}
        {%- for entity_name in entities -%}
            {%- do ref('bronze_' ~ source_name ~ '__' ~ entity_name) -%}
            {%- do rules.update({'bronze_' ~ source_name ~ '__' ~ entity_name: 'all'}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}
