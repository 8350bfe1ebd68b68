{% macro get_incremental_merge_sql(arg_dict) -%}
    {%- if not arg_dict.unique_key -%}
        {#- Nothing matches, so all rows are added; Redshift's MERGE has no form that only inserts. -#}
        {{ return(get_incremental_append_sql(arg_dict)) }}
    {%- endif -%}
    {{ return(dbt.get_incremental_merge_sql(prepared_merge(arg_dict))) }}
{%- endmacro %}
