{% macro catalog_keys(schemas) -%}
    {#-
        What the catalog says of keys in some schemas, in one query: `names` (schema.constraint), `keyed`
        (schema.table that has a primary key) and `filled` (schema.table.column that is NOT NULL, as the
        columns of a primary key must be).
    -#}
    {%- set found = {'names': [], 'keyed': [], 'filled': []} -%}
    {%- set in_schemas = "table_schema in ('" ~ schemas | join("', '") ~ "')" -%}
    {%- set query -%}
        select
            table_schema,
            table_name,
            constraint_name as item,
            constraint_type as kind
        from information_schema.table_constraints
        where constraint_type in ('PRIMARY KEY', 'FOREIGN KEY') and {{ in_schemas }}
        union all
        select
            table_schema,
            table_name,
            column_name as item,
            'NOT NULL' as kind
        from information_schema.columns
        where is_nullable = 'NO' and {{ in_schemas }}
    {%- endset -%}
    {%- for row in run_query(query).rows -%}
        {%- set place = row['table_schema'] ~ '.' ~ row['table_name'] -%}
        {%- if row['kind'] == 'NOT NULL' -%}
            {%- do found.filled.append(place ~ '.' ~ row['item']) -%}
        {%- else -%}
            {%- do found.names.append(row['table_schema'] ~ '.' ~ row['item']) -%}
        {%- endif -%}
        {%- if row['kind'] == 'PRIMARY KEY' -%}
            {%- do found.keyed.append(place) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
