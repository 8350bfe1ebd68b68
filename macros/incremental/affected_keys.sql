{% macro affected_keys() -%}
    {#-
        The keys (values of `by`) that this run must work out anew, as `affected_key`: those that new rows of
        bronze and the change logs of the inputs name, in their old and in their new values. A run works them
        out once, into a temporary table that the model and the strategy read; `dbt compile` shows the query.
    -#}
    {%- set query = affected_keys_sql() if execute and is_recomputed_in_part() else none -%}
    {%- set note = '' -%}
    {%- if query and flags.WHICH in ('build', 'run', 'retry') -%}
        {%- do run_query('drop table if exists ' ~ affected_table()) -%}
        {%- do run_query('create temporary table ' ~ affected_table() ~ ' as\n' ~ query) -%}
        {%- if scalar('select count(*) from ' ~ affected_table()) -%}
            {%- set query = 'select affected_key from ' ~ affected_table() -%}
            {%- do model.update({'has_affected_table': true}) -%}
        {%- else -%}
            {#- There is news, but it names no key, such as a file without a good record. -#}
            {%- do run_query('drop table ' ~ affected_table()) -%}
            {%- set query = none -%}
            {%- set note = ': ' ~ no_key_is_named() -%}
        {%- endif -%}
    {%- endif -%}
    /* affected keys{{ note }} */
    {{ query or no_affected_keys() }}
    /* end of affected */
{%- endmacro %}
