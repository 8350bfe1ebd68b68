{% macro current_run_id() -%}
    {#-
        Id of the run that this invocation opened: by invocation, not the newest, for the tables can hold the
        runs of others. Asked once and kept in `graph`, which all nodes of an invocation share and the next
        parse makes anew. 0 where no run was opened: parsing, `dbt compile`, `dbt show`.
    -#}
    {%- if not execute -%}
        {{ return(0) }}
    {%- endif -%}
    {%- set known = graph.setdefault('run_ids', {}) -%}
    {%- if invocation_id not in known -%}
        {%- set runs = control_relation('runs') -%}
        {%- if load_relation(runs) is none -%}
            {{ return(0) }}
        {%- endif -%}
        {%- set found = scalar(
            "select max(run_id) from " ~ runs ~ " where invocation_id = '" ~ invocation_id ~ "'") -%}
        {%- if found is none -%}
            {{ return(0) }}
        {%- endif -%}
        {%- do known.update({invocation_id: found | int}) -%}
    {%- endif -%}
    {{ return(known[invocation_id]) }}
{%- endmacro %}
