{% macro purge_change_logs() -%}
    {#-
        Drops from the change logs what every reader has read, but for the newest `change_log_runs` runs that
        changed something, and keeps only the newest watermark of each model and input. One query looks
        whether it is time: when a model has read an input in more runs than are kept, so every so many runs.

        In the place of what was dropped stands a row 'reset' of the newest run that was: whoever has not read
        as far, such as a model that was disabled for months, looks at everything when it comes back.
    -#}
    {%- set watermarks = control_relation('watermarks') -%}
    {%- set kept_runs = var('change_log_runs', 14) | int -%}
    {%- set read_pairs -%}
        select model_name, input_name, max(run_id) as run_id, count(*) as row_count
        from {{ watermarks }}
        group by model_name, input_name
    {%- endset -%}
    {%- set read_up_to = {} -%}
    {%- set long_histories = [] -%}
    {%- set nodes = graph.nodes.values() | selectattr('resource_type', 'in', ['model', 'snapshot']) | list -%}
    {%- set names = nodes | map(attribute='name') | list -%}
    {%- for row in run_query(read_pairs).rows -%}
        {%- if row[0] in names -%}
            {%- do read_up_to.update({row[1]: [row[2] | int, read_up_to.get(row[1], row[2] | int)] | min}) -%}
        {%- endif -%}
        {%- do long_histories.append(row[0]) if row[3] | int > kept_runs -%}
    {%- endfor -%}
    {%- if long_histories -%}
        {%- set newest_runs = run_query(
            'select distinct run_id from ' ~ control_relation('model_builds') ~ ' order by run_id desc limit '
            ~ (kept_runs + 1)).columns[0].values() -%}
        {%- if newest_runs | length > kept_runs -%}
            {%- do purge_logs_up_to(names, read_up_to, newest_runs[kept_runs] | int) -%}
        {%- endif -%}
        {%- call statement('compact_watermarks', auto_begin=true) -%}
            delete from {{ watermarks }}
            where exists (
                select 1
                from {{ watermarks }} as newer
                where
                    newer.model_name = {{ watermarks }}.model_name
                    and newer.input_name = {{ watermarks }}.input_name
                    and newer.run_id > {{ watermarks }}.run_id
            )
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}
