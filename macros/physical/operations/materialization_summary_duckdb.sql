{#- A table: DuckDB has no materialized views, and what a summary reads is read fast. -#}
{% materialization summary, adapter='duckdb' %}
    {{ return(dbt.materialization_table_duckdb()) }}
{% endmaterialization %}
