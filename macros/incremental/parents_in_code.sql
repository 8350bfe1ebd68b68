{% macro parents_in_code(node) -%}
    {#-
        The seeds and views that a node reads, also through views (unique ids): they have no change log, so
        what they say counts as code.
    -#}
    {%- set found = [] -%}
    {%- for parent in node.depends_on.nodes if parent in graph.nodes -%}
        {%- set parent_node = graph.nodes[parent] -%}
        {%- if parent_node.resource_type == 'seed' -%}
            {%- do found.append(parent) -%}
        {%- elif parent_node.config.materialized == 'view' -%}
            {%- do found.append(parent) -%}
            {%- do found.extend(parents_in_code(parent_node)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{%- endmacro %}
