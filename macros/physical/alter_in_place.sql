{% macro alter_in_place(statements) -%}
    {#- Each statement is a transaction of its own: Redshift lets only one of them work on a table. -#}
    {%- for statement in statements -%}
        {%- do log('physical design: ' ~ statement, info=true) -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
{%- endmacro %}
