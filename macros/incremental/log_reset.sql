{% macro log_reset(columns=[]) -%}
    {#-
        The statements that say to all readers of this model: look at everything again. Creates the change
        log, with `columns` where rows are logged one by one, if it is not there.
    -#}
    {%- if not is_change_log_fit(columns) %}
        {{ create_change_log_sql(columns) }}
        {%- do adapter.cache_added(change_log(model.name)) -%}
    {%- endif %}
    insert into {{ change_log(model.name) }} (run_id, op)
    values ({{ current_run_id() }}, 'reset');
{%- endmacro %}
