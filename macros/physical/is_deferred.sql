{% macro is_deferred(unique_ids) -%}
    {#- Whether a ref to one of these nodes can mean a table of another environment (--defer). -#}
    {%- for unique_id in unique_ids if (graph.nodes.get(unique_id) or {}).get('defer_relation') -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
