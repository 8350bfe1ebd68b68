{% macro apply_snapshot_dump(target_relation, strategy, source_sql) -%}
    {#- One pass of dbt's own snapshot statements over the rows of one dump. -#}
    {%- set staging_table = build_snapshot_staging_table(strategy, source_sql, target_relation) -%}
    {%- set insert_columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(staging_table)
        if column.name != 'dbt_change_type' and not column.name.startswith('dbt_unique_key') -%}
        {%- do insert_columns.append(adapter.quote(column.name)) -%}
    {%- endfor -%}
    {%- call statement('apply_dump') -%}
        {{ snapshot_merge_sql(target=target_relation, source=staging_table, insert_cols=insert_columns) }}
    {%- endcall -%}
    {%- call statement('drop_staging') -%}
        drop table {{ staging_table }}
    {%- endcall -%}
{%- endmacro %}
