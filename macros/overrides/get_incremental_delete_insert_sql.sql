{% macro get_incremental_delete_insert_sql(arg_dict) -%}
    {{ return(dbt.get_incremental_delete_insert_sql(prepared_merge(arg_dict))) }}
{%- endmacro %}
