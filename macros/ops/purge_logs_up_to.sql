{% macro purge_logs_up_to(names, read_up_to, newest_to_go) -%}
    {#-
        Purges the change log of each named model that has one, up to what its readers have read and at most
        up to a run: in one transaction with the row that stands for what was dropped.
    -#}
    {%- set queries = [] -%}
    {%- for name in names if load_relation(change_log(name)) -%}
        {%- do queries.append(
            "select '" ~ name ~ "' as model_name, count(*) as row_count, max(run_id) as run_id,"
            ~ " sum(case when op = 'reset' then 0 else 1 end) as changed_row_count"
            ~ ' from ' ~ change_log(name)
            ~ ' where run_id <= ' ~ [newest_to_go, read_up_to.get(name, newest_to_go)] | min) -%}
    {%- endfor -%}
    {%- for row in (run_query(queries | join(' union all ')).rows if queries else [])
        if row[1] | int > 1 or (row[1] | int == 1 and row[3] | int == 1) -%}
        {%- call statement('purge_change_log', auto_begin=true) -%}
            delete from {{ change_log(row[0]) }}
            where run_id <= {{ row[2] | int }};

            insert into {{ change_log(row[0]) }} (run_id, op)
            values ({{ row[2] | int }}, 'reset')
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endfor -%}
{%- endmacro %}
