{% macro affected_table() -%}
    {#- The temporary table with the keys that this run works out anew in this model. -#}
    {{ return(model.name ~ '__affected') }}
{%- endmacro %}
