{% macro key_name(key) -%}
    {#- One primary key per table, one foreign key per column and parent: the name says whose it is. -#}
    {%- set table_name = graph.nodes[key.child].alias -%}
    {%- if not key.parent -%}
        {{ return(table_name ~ '__pk') }}
    {%- endif -%}
    {{ return([table_name, key.columns[0], graph.nodes[key.parent].alias, 'fk'] | join('__')) }}
{%- endmacro %}
