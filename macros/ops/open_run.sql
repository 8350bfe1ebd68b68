{% macro open_run() -%}
    {#-
        Takes the run lock and opens a run, in one transaction. The id is greater than every id that the
        tables of this target hold, also when a clock goes back or tables were cloned from a warehouse that
        is ahead. It is no var: `dbt retry` would bring the old one back.
    -#}
    {%- set moment = run_started_at.strftime('%Y-%m-%d %H:%M:%S') -%}
    {%- set hours = var('run_lock_hours', 6) | float -%}
    {%- set expiry = run_started_at + modules.datetime.timedelta(hours=hours) -%}
    {%- do ensure_no_other_run(moment) -%}
    {%- call statement('open_run', auto_begin=true) -%}
        insert into {{ control_relation('runs') }} (run_id, invocation_id, command, started_at)
        select
            greatest({{ run_started_at.timestamp() | int }}, coalesce(max(known.run_id), 0) + 1),
            '{{ invocation_id }}',
            '{{ flags.WHICH }}',
            cast('{{ moment }}' as timestamp)
        from (
            {%- for name in ['runs', 'watermarks', 'model_builds'] %}
            select max(run_id) as run_id from {{ control_relation(name) }}
            {{- ' union all' if not loop.last }}
            {%- endfor %}
        ) as known;

        delete from {{ control_relation('run_lock') }};

        insert into {{ control_relation('run_lock') }} (run_id, invocation_id, taken_at, expires_at)
        select
            run_id,
            invocation_id,
            started_at,
            cast('{{ expiry.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
        from {{ control_relation('runs') }}
        where invocation_id = '{{ invocation_id }}'
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
