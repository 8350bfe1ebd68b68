{% macro end_run(results) -%}
    {#-
        on-run-end, in this order: what must not meet another run, the release of the lock, what is said to
        people. Nothing where no run was opened.
    -#}
    {%- if execute and current_run_id() -%}
        {%- do wind_up_run() -%}
        {%- do record_run_end(results) -%}
        {%- do declare_keys(results) -%}
        {%- do note_changed_code(results) -%}
        {%- do purge_change_logs() -%}
        {%- do close_run() -%}
        {%- do report_rejects() -%}
        {%- do report_outdated_models() -%}
    {%- endif -%}
{%- endmacro %}
