{% macro create_summary_sql(relation, query) -%}
    {#- The statement that creates a summary on Redshift; AUTO is no style of a materialized view. -#}
    {%- set design = physical_design(model) -%}
    create materialized view {{ relation }}
    {%- if design.dist_key %}
    diststyle key distkey ({{ design.dist_sql }})
    {%- elif design.dist != 'auto' %}
    diststyle {{ design.dist }}
    {%- endif %}
    {%- if design.sort %}
    sortkey ({{ design.sort_sql | join(', ') }})
    {%- endif %}
    auto refresh yes
    as (
    {{ query }}
    )
{%- endmacro %}
