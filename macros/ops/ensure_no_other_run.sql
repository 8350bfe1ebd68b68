{% macro ensure_no_other_run(moment) -%}
    {#-
        Makes way for a new run: an error if another one is at work. Opens the transaction in which the caller
        takes the run lock. `moment` is now, as text.

        Why the engines differ: DuckDB lets one process into a file, and dbt runs one command at a time in a
        process, so whoever left a lock behind is dead. Into Redshift come many, and nothing there tells
        whether a run lives: dbt connects anew for every node, and users see no sessions but their own.
    -#}
    {{ return(adapter.dispatch('ensure_no_other_run', 'duckshift')(moment)) }}
{%- endmacro %}


{% macro duckdb__ensure_no_other_run(moment) -%}
    {%- for holder in run_lock_holders(moment) -%}
        {%- do log(
            'run lock: ' ~ holder.run ~ ', begun ' ~ holder.taken_at
            ~ ' UTC, ended without releasing it: taken over', info=true) -%}
    {%- endfor -%}
{%- endmacro %}


{% macro redshift__ensure_no_other_run(moment) -%}
    {#-
        LOCK waits for whoever else is looking, and as the first statement it takes no snapshot: what is read
        next is what the other has committed, under SERIALIZABLE and under SNAPSHOT isolation.
    -#}
    {%- call statement('lock_run_lock', auto_begin=true) -%}
        lock table {{ control_relation('run_lock') }}
    {%- endcall -%}
    {%- for holder in run_lock_holders(moment) -%}
        {%- if holder.is_expired -%}
            {%- do log(
                'run lock: that of ' ~ holder.run ~ ', held since ' ~ holder.taken_at ~ ' UTC, expired at '
                ~ holder.expires_at ~ ' UTC: taken over', info=true) -%}
        {%- else -%}
            {{ exceptions.raise_compiler_error(
                'run lock: ' ~ holder.run ~ ' has held it since ' ~ holder.taken_at
                ~ ' UTC, until ' ~ holder.expires_at ~ ' UTC at the latest: wait for that run to end or, if'
                ~ ' its process is gone, `dbt run-operation release_run_lock`') }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
