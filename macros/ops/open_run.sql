{% macro open_run() -%}
    {#-
        Run ids only grow, also when a clock goes back. The id is no var: `dbt retry` would bring the old one
        back.
    -#}
    {%- call statement('open_run', auto_begin=true) -%}
        insert into {{ control_relation('runs') }} (run_id, invocation_id, command, started_at)
        select
            greatest(
                {{ run_started_at.timestamp() | int }},
                coalesce(max(runs.run_id), 0) + 1
            ),
            '{{ invocation_id }}',
            '{{ flags.WHICH }}',
            cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
        from {{ control_relation('runs') }} as runs
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
