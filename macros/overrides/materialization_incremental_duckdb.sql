{#-
    Most models of most runs have nothing new. dbt works out no rows for them too: a temporary table, checks
    of the contract, descriptions of the table and of the rows. Here they are left alone; all others are dbt's.
-#}
{% materialization incremental, adapter='duckdb' %}
    {{ return(leave_as_it_is() if has_no_news() else dbt.materialization_incremental_duckdb()) }}
{% endmaterialization %}
