{% macro drop_keys(relation) -%}
    {#- Takes back what declare_keys gave a table; its foreign keys first, one may refer to itself. -#}
    {%- set query -%}
        select constraint_name
        from information_schema.table_constraints
        where
            constraint_type in ('PRIMARY KEY', 'FOREIGN KEY')
            and table_schema = '{{ relation.schema }}'
            and table_name = '{{ relation.identifier }}'
        order by constraint_type, constraint_name
    {%- endset -%}
    {%- for row in run_query(query).rows if row['constraint_name'][-4:] in ('__pk', '__fk') -%}
        {%- do run_query(drop_key_sql(relation, row['constraint_name'])) -%}
    {%- endfor -%}
{%- endmacro %}
