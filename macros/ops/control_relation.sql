{% macro control_relation(name, layer='ops') -%}
    {{ return(api.Relation.create(
        database=target.database, schema=layer_schema(layer), identifier=name, type='table')) }}
{%- endmacro %}
