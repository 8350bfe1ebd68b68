{% macro apply_snapshot_dump(target_relation, strategy, source_sql) -%}
    {#-
        One pass of dbt's own snapshot statements over the rows of one dump. The columns, which all dumps of a
        run have in common, are kept in `strategy`.
    -#}
    {%- set staging_table = build_snapshot_staging_table(strategy, source_sql, target_relation) -%}
    {%- if 'insert_columns' not in strategy -%}
        {%- set insert_columns = [] -%}
        {%- for column in get_columns_in_relation(staging_table)
            if column.name != 'dbt_change_type' and not column.name.startswith('dbt_unique_key') -%}
            {%- do insert_columns.append(adapter.quote(column.name)) -%}
        {%- endfor -%}
        {%- do strategy.update({'insert_columns': insert_columns}) -%}
    {%- endif -%}
    {%- call statement('apply_dump') -%}
        {{ snapshot_merge_sql(
            target=target_relation, source=staging_table, insert_cols=strategy.insert_columns) }}
    {%- endcall -%}
    {%- call statement('drop_staging') -%}
        drop table {{ staging_table }}
    {%- endcall -%}
{%- endmacro %}
