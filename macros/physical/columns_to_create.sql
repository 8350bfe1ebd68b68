{% macro columns_to_create(query) -%}
    {#- The columns of a query as its model declares them, or none if one is not declared with its type. -#}
    {%- set declared = {} -%}
    {%- for column in (model.get('columns') or {}).values() if column.data_type -%}
        {%- do declared.update({column.name | lower: column}) -%}
    {%- endfor -%}
    {%- set columns = [] -%}
    {%- if declared -%}
        {%- for found in get_column_schema_from_query(query, config.get('sql_header')) -%}
            {%- do columns.append(declared.get(found.name | lower)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(none if none in columns or not columns else columns) }}
{%- endmacro %}
