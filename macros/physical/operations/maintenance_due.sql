{% macro maintenance_due(names=none) -%}
    {#-
        What passes a limit of the seed maintenance_thresholds, as a list of `statement` (none if a person has
        to decide) and `reason`: tables of this project, or those named. Empty tables are not in
        svv_table_info, and materialized views are looked after by Redshift.
    -#}
    {#- Not load_relation: it would open a transaction, in which VACUUM is refused. -#}
    {%- set seed = ref('maintenance_thresholds') -%}
    {%- if not scalar(
        "select count(*) from information_schema.tables where table_schema = '" ~ seed.schema
        ~ "' and table_name = '" ~ seed.identifier ~ "'") -%}
        {{ exceptions.raise_compiler_error(
            'maintain: the seed maintenance_thresholds is not loaded: run `dbt seed`') }}
    {%- endif -%}
    {%- set limits = {} -%}
    {%- for row in run_query('select threshold_name, threshold_value from ' ~ seed).rows -%}
        {%- do limits.update({row[0]: row[1] | float}) -%}
    {%- endfor -%}

    {%- set schemas = [layer_schema('ops'), layer_schema('vault')] -%}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed', 'snapshot') -%}
        {%- do schemas.append(node.schema) -%}
    {%- endfor -%}
    {%- set figures_query -%}
        select
            tables."schema",
            tables."table",
            coalesce(tables.unsorted, 0) as unsorted,
            coalesce(tables.stats_off, 0) as stats_off,
            coalesce(tables.skew_rows, 0) as skew_rows,
            tables.diststyle
        from svv_table_info as tables
        left join svv_mv_info as views
            on
                tables."schema" = views.schema_name
                and tables."table" = views.name
        where
            tables."schema" in ('{{ schemas | unique | join("', '") }}')
            and left(tables."table", 8) != 'mv_tbl__'
            and views.name is null
        order by tables."schema", tables."table"
    {%- endset -%}
    {%- set due = [] -%}
    {%- set found = [] -%}
    {%- for row in run_query(figures_query).rows if names is none or row['table'] in names -%}
        {%- do found.append(row['table']) -%}
        {%- set table_name = row['schema'] ~ '.' ~ row['table'] -%}
        {%- if row['unsorted'] > limits.unsorted_percent -%}
            {%- do due.append({
                'statement': 'vacuum ' ~ table_name,
                'reason': '%.1f %% of the rows are unsorted (limit %.0f)' | format(
                    row['unsorted'], limits.unsorted_percent),
            }) -%}
        {%- endif -%}
        {%- if row['stats_off'] > limits.stats_off_percent -%}
            {%- do due.append({
                'statement': 'analyze ' ~ table_name,
                'reason': 'statistics are %.1f %% off (limit %.0f)' | format(
                    row['stats_off'], limits.stats_off_percent),
            }) -%}
        {%- endif -%}
        {%- if row['skew_rows'] >= limits.skew_ratio -%}
            {%- do due.append({
                'statement': none,
                'reason': ('%s: the fullest slice holds %.1f times the rows of the emptiest (limit %.1f)'
                    ~ ' with %s') | format(table_name, row['skew_rows'], limits.skew_ratio, row['diststyle'])
                    ~ '; distribute on a column with more and more even values, or leave it to auto',
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in names or [] if name not in found -%}
        {{ exceptions.raise_compiler_error(
            'maintain: ' ~ name ~ ' is no table of this project, or it is empty') }}
    {%- endfor -%}
    {{ return(due) }}
{%- endmacro %}
