{% macro current_run_id() -%}
    {#-
        Id of the run that this invocation opened: by invocation, not the newest, for the tables can hold the
        runs of others. Asked once. 0 where no run was opened: parsing, `dbt compile`, `dbt show`.
    -#}
    {%- if not execute -%}
        {{ return(0) }}
    {%- endif -%}
    {%- set known = shared_in_run('run') -%}
    {%- if 'run_id' not in known -%}
        {%- set runs = control_relation('runs') -%}
        {%- if load_relation(runs) is none -%}
            {{ return(0) }}
        {%- endif -%}
        {%- set found = scalar(
            "select max(run_id) from " ~ runs ~ " where invocation_id = '" ~ invocation_id ~ "'") -%}
        {%- if found is none -%}
            {{ return(0) }}
        {%- endif -%}
        {%- do known.update({'run_id': found | int}) -%}
    {%- endif -%}
    {{ return(known.run_id) }}
{%- endmacro %}
