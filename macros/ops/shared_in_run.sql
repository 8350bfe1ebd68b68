{% macro shared_in_run(topic) -%}
    {#-
        A mapping that all nodes of this invocation share, empty at first. It is kept in `graph`, which the
        next parse makes anew.
    -#}
    {{ return(graph.setdefault('shared_in_run', {})
        .setdefault(invocation_id, {}).setdefault(topic, {})) }}
{%- endmacro %}
