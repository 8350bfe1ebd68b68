{% macro node_of(name) -%}
    {#- The node of an input of this model, whatever its version. -#}
    {%- for parent in model.depends_on.nodes if parent.split('.')[2] == name -%}
        {{ return(graph.nodes[parent]) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(
        model.name ~ ' is recomputed after changes of ' ~ name
        ~ ', which it does not read: see meta.recompute') }}
{%- endmacro %}
