{% macro names_in_sql(node, names) -%}
    {#- Columns, named in lower case, as SQL has to write them: with quotes where the node declares so. -#}
    {%- set declared = {} -%}
    {%- for column in (node.get('columns') or {}).values() -%}
        {%- do declared.update({column.name | lower: column_name(column)}) -%}
    {%- endfor -%}
    {%- set written = [] -%}
    {%- for name in names -%}
        {%- do written.append(declared.get(name, name)) -%}
    {%- endfor -%}
    {{ return(written) }}
{%- endmacro %}
