{% macro begin_run() -%}
    {#-
        on-run-start. Control tables are no dbt nodes: clone, defer and full refresh must not touch them. The
        run is opened last, because an error in on-run-start ends dbt without on-run-end, which would leave
        the lock behind.

        `dbt test` takes the lock like the others: what it finds in a half-built warehouse says nothing, and
        the keys it has proven are declared at its end, which is false if a run has written in between.
    -#}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'test', 'retry', 'clone') -%}
        {%- do create_control_tables() -%}
        {%- do adopt_control_tables() -%}
        {%- if flags.WHICH in ('build', 'run', 'retry') and looks_for_files() -%}
            {%- do refresh_landed_objects() -%}
        {%- endif -%}
        {%- do open_run() -%}
    {%- endif -%}
{%- endmacro %}
