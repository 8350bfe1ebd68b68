{% macro change_log(name) -%}
    {#- The table that holds what each run changed in a model or snapshot. -#}
    {{ return(control_relation('changes__' ~ name)) }}
{%- endmacro %}
