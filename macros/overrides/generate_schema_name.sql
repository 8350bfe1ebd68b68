{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- dbt would prefix every schema with the target's own (main_gold); production reads better without. -#}
    {%- if custom_schema_name is none -%}
        {#- A node that names no schema: the target's own. -#}
        {{ return(target.schema) }}
    {%- endif -%}
    {{ return(layer_schema(custom_schema_name | trim)) }}
{%- endmacro %}
