{#- As on DuckDB (materialization_incremental_duckdb); dbt-redshift has none of its own but dbt's default. -#}
{% materialization incremental, adapter='redshift' %}
    {{ return(leave_as_it_is() if has_no_news() else dbt.materialization_incremental_default()) }}
{% endmaterialization %}
