{% macro written_order(node) -%}
    {#-
        Columns by which rows are put in order before they are written, so that blocks (on DuckDB: row groups)
        hold narrow ranges and a filter skips the others. What one run appends has one `_run_id`: nothing to
        put in order.
    -#}
    {%- set design = physical_design(node) -%}
    {%- set is_appended = node.config.get('incremental_strategy') == 'append' -%}
    {{ return([] if is_appended and design.sort[:1] == ['_run_id'] else design.sort_sql) }}
{%- endmacro %}
