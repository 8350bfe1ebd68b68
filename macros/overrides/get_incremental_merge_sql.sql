{% macro get_incremental_merge_sql(arg_dict) -%}
    {{ return(dbt.get_incremental_merge_sql(prepared_merge(arg_dict))) }}
{%- endmacro %}
