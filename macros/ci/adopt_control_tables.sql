{% macro adopt_control_tables() -%}
    {#-
        With --defer models read another warehouse's tables, whose rows are stamped by its runs and hashed
        with its salt. Before the first run here its control tables are copied, and before every run the ids
        of its runs: ours are above all of them. Of `watermarks` the newest row of each pair is enough.
        Change logs are not copied: what is built from nothing reads none.
    -#}
    {%- set runs = control_relation('runs') -%}
    {%- set their_runs = deferred_relation('runs') -%}
    {%- if their_runs is not none and load_relation(their_runs) is not none -%}
        {%- set is_first = scalar('select count(*) from ' ~ runs) == 0 -%}
        {%- set statements = [
            'insert into ' ~ runs ~ ' (run_id, invocation_id, command, started_at)'
            ~ ' select run_id, invocation_id, command, started_at from ' ~ their_runs
            ~ ' where run_id not in (select run_id from ' ~ runs ~ ')'] -%}
        {%- if is_first -%}
            {%- for name in [
                'run_ends', 'test_findings', 'landed_objects', 'landed_manifests', 'model_builds'] -%}
                {%- do statements.append(copy_control_table_sql(name)) -%}
            {%- endfor -%}
            {%- do statements.append(
                'insert into ' ~ control_relation('watermarks') ~ ' (model_name, input_name, run_id)'
                ~ ' select model_name, input_name, max(run_id) from ' ~ deferred_relation('watermarks')
                ~ ' group by model_name, input_name') -%}
            {%- do statements.append('delete from ' ~ control_relation('salt', layer='vault')) -%}
            {%- do statements.append(copy_control_table_sql('salt', layer='vault')) -%}
        {%- endif -%}
        {%- call statement('adopt_control_tables', auto_begin=true) -%}
            {{ statements | select | join(';\n') }}
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}
