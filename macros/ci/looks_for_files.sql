{% macro looks_for_files() -%}
    {#-
        Whether a run lists the landing zone: every build, but one that defers and builds no bronze model,
        which reads what the other warehouse has loaded.
    -#}
    {%- if deferred_relation('runs') is none -%}
        {{ return(true) }}
    {%- endif -%}
    {%- for unique_id in selected_resources
        if (graph.nodes.get(unique_id) or {}).get('config', {}).get('schema') == 'bronze' -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
