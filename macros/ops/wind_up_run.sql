{% macro wind_up_run() -%}
    {#-
        Once the models are done a run has minutes of work left. Should that work fail, the lock does not shut
        out the next run for hours. An error if the lock is not this run's any more: another run may have
        read logs that this one was still writing, and will not look at them again.
    -#}
    {%- set now = modules.datetime.datetime.now(modules.pytz.utc) -%}
    {%- set soon = now + modules.datetime.timedelta(minutes=15) -%}
    {%- set own = control_relation('run_lock') ~ " where invocation_id = '" ~ invocation_id ~ "'" -%}
    {%- if scalar('select count(*) from ' ~ own) == 0 -%}
        {{ exceptions.raise_compiler_error(
            'run lock: run ' ~ current_run_id() ~ ' lost it before it ended (it expired, see the var'
            ~ ' run_lock_hours, or was released by hand); if another run began meanwhile, run'
            ~ ' `dbt build --full-refresh`') }}
    {%- endif -%}
    {%- call statement('wind_up_run', auto_begin=true) -%}
        update {{ control_relation('run_lock') }}
        set expires_at = cast('{{ soon.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
        where invocation_id = '{{ invocation_id }}'
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
