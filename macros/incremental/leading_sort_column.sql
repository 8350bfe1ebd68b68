{% macro leading_sort_column(node) -%}
    {#- The column (its name and data_type) by which the rows of a table lie in order, none without one. -#}
    {%- set sort = physical_design(node).sort -%}
    {{ return({'name': sort[0], 'data_type': node.columns[sort[0]].data_type} if sort else none) }}
{%- endmacro %}
