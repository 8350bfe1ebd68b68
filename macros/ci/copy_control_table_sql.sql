{% macro copy_control_table_sql(name, layer='ops') -%}
    {#-
        The statement that copies a control table of the warehouse that is deferred to, none if it is not
        there. An older one may lack columns.
    -#}
    {%- set theirs = deferred_relation(name, layer=layer) -%}
    {%- if load_relation(theirs) is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set own = control_relation(name, layer=layer) -%}
    {%- set known = adapter.get_columns_in_relation(own) | map(attribute='name') | list -%}
    {%- set names = adapter.get_columns_in_relation(theirs) | map(attribute='name') | select('in', known)
        | join(', ') -%}
    {{ return('insert into ' ~ own ~ ' (' ~ names ~ ') select ' ~ names ~ ' from ' ~ theirs) }}
{%- endmacro %}
