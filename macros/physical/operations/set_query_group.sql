{% macro set_query_group(layer=none) -%}
    {#-
        A hook before and after each node, outside of the transaction: what runs for a layer runs in the query
        group of that name, which queues of the workload management can select. dbt-redshift has a config
        `query_group` for this, but dbt 1.11 warns of it as an unknown key.
    -#}
    {{ return(adapter.dispatch('set_query_group', 'duckshift')(layer)) }}
{%- endmacro %}


{% macro duckdb__set_query_group(layer) -%}
    {#- DuckDB has no queues. -#}
    {{ return('') }}
{%- endmacro %}


{% macro redshift__set_query_group(layer) -%}
    {#- Between nodes: the group of the profile, in which dbt reads the catalog and runs tests. -#}
    {%- set group = layer or target.get('query_group') -%}
    {{ return("set query_group to '" ~ group ~ "'" if group else 'reset query_group') }}
{%- endmacro %}
