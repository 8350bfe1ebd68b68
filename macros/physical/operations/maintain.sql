{% macro maintain(dry_run=false, tables=none) -%}
    {#-
        VACUUM and ANALYZE where they pay, and what is unevenly distributed.
        `dbt run-operation maintain`, or `--args '{dry_run: true, tables: [fct_order_items]}'`.
    -#}
    {{ return(adapter.dispatch('maintain', 'duckshift')(dry_run, tables)) }}
{%- endmacro %}


{% macro duckdb__maintain(dry_run, tables) -%}
    {#- DuckDB writes row groups in order, keeps their zone maps itself and has no statistics that age. -#}
    {%- do print('-- nothing to maintain: DuckDB has no VACUUM that sorts, and its statistics do not age') -%}
{%- endmacro %}


{% macro redshift__maintain(dry_run, tables) -%}
    {#- VACUUM is refused in a transaction: run_query opens none. -#}
    {%- set names = [tables] if tables is string else tables -%}
    {%- set due = maintenance_due(names) -%}
    {%- for task in due -%}
        {%- do print(task.statement ~ '; -- ' ~ task.reason if task.statement else '-- ' ~ task.reason) -%}
        {%- if task.statement and not dry_run -%}
            {%- do run_query(task.statement) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set statements = due | selectattr('statement') | list | length -%}
    {%- do print(
        '-- ' ~ statements ~ ' statements' ~ ('; nothing was executed' if dry_run else ' executed')) -%}
{%- endmacro %}
