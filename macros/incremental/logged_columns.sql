{% macro logged_columns() -%}
    {#-
        The columns whose former and new values stand in the change log of this model: what its rows are found
        by, and what its readers group or join by.
    -#}
    {%- set recompute = recompute_config() -%}
    {%- set key = config.get('unique_key') -%}
    {%- set key = [key] if key is string else key -%}
    {%- set by = [] if recompute.by == 'all' else [recompute.by] -%}
    {{ return((key + by + recompute.log) | unique | list) }}
{%- endmacro %}
