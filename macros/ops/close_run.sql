{% macro close_run() -%}
    {#- Releases this run's own lock, and no other's. -#}
    {%- call statement('close_run', auto_begin=true) -%}
        delete from {{ control_relation('run_lock') }}
        where invocation_id = '{{ invocation_id }}'
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
