{% macro begin_run() -%}
    {#- Control tables are no dbt nodes: clone, defer and full refresh must not touch them. -#}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'test', 'retry', 'clone') -%}
        {%- do create_control_tables() -%}
        {%- do open_run() -%}
        {%- if flags.WHICH in ('build', 'run', 'retry') -%}
            {%- do refresh_landed_objects() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
