{% macro deferred_relation(name, layer='ops') -%}
    {#-
        Where the warehouse that a build defers to (--defer) keeps a control table; none without --defer, and
        where it is the own one. Control tables are no nodes, so a node's place tells what its schemas begin
        with.
    -#}
    {%- for node in graph.nodes.values() if node.get('defer_relation') -%}
        {%- set place = node.defer_relation -%}
        {%- if node.config.get('schema') -%}
            {%- set prefix = place.schema[:-(node.config.schema | length)] -%}
        {%- else -%}
            {%- set prefix = '' if place.schema == 'main' else place.schema ~ '_' -%}
        {%- endif -%}
        {%- set is_own = place.database == target.database and prefix ~ layer == layer_schema(layer) -%}
        {{ return(none if is_own else api.Relation.create(
            database=place.database, schema=prefix ~ layer, identifier=name, type='table')) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
