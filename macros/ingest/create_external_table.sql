{% macro create_external_table(table, columns, location, recreate) -%}
    {#-
        An external table where it is missing, or anew when its columns are not the contract's any more; only
        its definition goes, the files stay.
    -#}
    {%- set found = run_query(
        "select columnname from svv_external_columns where schemaname = '" ~ table.schema
        ~ "' and tablename = '" ~ table.identifier ~ "' and part_key = 0 order by columnnum"
    ).columns[0].values() | list -%}
    {%- set is_as_wanted = found == columns | map(attribute='name') | list and not recreate -%}
    {%- if found and not is_as_wanted -%}
        {%- do run_query('drop table ' ~ table) -%}
    {%- endif -%}
    {%- if not is_as_wanted -%}
        {%- do run_query(
            'create external table ' ~ table ~ ' (' ~ column_list(columns, with_types=true)
            ~ ") partitioned by (arrival_date date) stored as parquet location '" ~ location ~ "'") -%}
    {%- endif -%}
{%- endmacro %}
