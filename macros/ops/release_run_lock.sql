{% macro release_run_lock() -%}
    {#-
        `dbt run-operation release_run_lock`: for a run on Redshift whose process is gone. Whoever releases
        the lock of a run that lives lets two runs read each other's half-written logs.
    -#}
    {%- set holders = run_lock_holders() if load_relation(control_relation('run_lock')) else [] -%}
    {%- if holders -%}
        {%- call statement('release_run_lock', auto_begin=true) -%}
            delete from {{ control_relation('run_lock') }}
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
    {%- for holder in holders -%}
        {%- do log(
            'run lock: released, ' ~ holder.run ~ ' had held it since ' ~ holder.taken_at ~ ' UTC',
            info=true) -%}
    {%- else -%}
        {%- do log('run lock: nobody holds it', info=true) -%}
    {%- endfor -%}
{%- endmacro %}
