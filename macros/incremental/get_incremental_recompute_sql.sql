{% macro get_incremental_recompute_sql(arg_dict) -%}
    {#-
        The incremental strategy `recompute`. The staged rows are all rows of the affected keys, worked out
        anew; the former ones are what the table holds of them. What differs is replaced, what is not there
        any more is deleted, and all of it goes into the change log, with the watermarks, in the transaction
        of the materialization. Where nothing differs nothing is written.
    -#}
    {%- if invocation_args_dict.get('empty') or invocation_args_dict.get('sample') -%}
        {{ exceptions.raise_compiler_error(
            model.name ~ ' would lose rows: with --empty or --sample its inputs are not what they are. Use'
            ~ ' them on an empty warehouse') }}
    {%- endif -%}
    {%- do model.update({'is_recomputed': true}) -%}
    {%- set recompute = recompute_config() -%}
    {#- Readers that came with a new column of the log must not wait for the next change to find it. -#}
    {%- set is_log_fit = is_change_log_fit(logged_columns()) -%}
    {%- set mended_log = '' if is_log_fit else log_reset(logged_columns()) -%}
    {%- if no_key_is_named() in model.compiled_code -%}
        {{ return(mended_log ~ record_watermarks(recompute.after)) }}
    {%- elif affected_table() not in model.compiled_code -%}
        {{ return(mended_log or 'select 1 as nothing_new') }}
    {%- endif -%}
    {%- set affected_count = scalar('select count(*) from ' ~ affected_table()) -%}
    {%- set target_relation = arg_dict.target_relation -%}
    {%- set names = arg_dict.dest_columns | map(attribute='name') | list -%}
    {%- set key = [arg_dict.unique_key] if arg_dict.unique_key is string else arg_dict.unique_key -%}
    {%- set former = model.name ~ '__former' -%}
    {%- set changes = model.name ~ '__changes' -%}
    {%- do staged_keys_are_unique(arg_dict.temp_relation, key) -%}
    {%- set sorted_by = leading_sort_column(model) if recompute.by != 'all' else none -%}
    {%- set range = affected_range(
        target_relation, recompute.by, sorted_by, or_without_key=true) if sorted_by else none -%}
    {%- do run_query(former_rows_sql(
        former, target_relation, recompute.by, in_range(sorted_by.name, range) if range else none)) -%}
    {%- do run_query(row_changes_sql(
        changes, former, arg_dict.temp_relation, key, recompute.by, arg_dict.dest_columns)) -%}
    {%- set found = summarize_changes(changes) -%}
    {#- A row lies where its key says: with the key compared Redshift moves none to delete some. -#}
    {%- set is_by_distributed = physical_design(model).dist_key == recompute.by -%}

    {%- if found.deleted or found.updated -%}
    delete from {{ target_relation }}
    using {{ changes }}
    where
        {{ changes }}.op != 'insert'
        {%- for column in (collocated_key(key) + ([recompute.by] if is_by_distributed else [])) | unique %}
        and {{ changes }}.old_{{ column }} = {{ target_relation.identifier }}.{{ column }}
        {%- endfor %}
        {%- if recompute.by not in key + ['all'] %}
        {#- What another key holds stays, even where bad data give two keys one row. #}
        and not {{ is_distinct(
            changes ~ '.old_' ~ recompute.by, target_relation.identifier ~ '.' ~ recompute.by) }}
        {%- endif %}
        {%- if range %}
        and {{ in_range(target_relation.identifier ~ '.' ~ sorted_by.name, range) }}
        {%- endif %};
    {%- endif %}
    {% if found.inserted or found.updated -%}
    insert into {{ target_relation }} (
        {{ names | join(',\n        ') }}
    )
    select
        {%- for name in names %}
        staged.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ arg_dict.temp_relation }} as staged
    inner join {{ changes }} as changes
        on
            {%- for column in key %}
            staged.{{ column }} = changes.new_{{ column }}{{ ' and' if not loop.last }}
            {%- endfor %}
    where changes.op != 'delete'
    {%- set order = written_order(model) %}
    {%- if order %}
    order by
        {%- for column in order %}
        staged.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    {%- endif %};
    {%- endif %}
    {% if not is_log_fit -%}
    {{ mended_log }}
    {%- elif found.inserted or found.updated or found.deleted -%}
    insert into {{ change_log(model.name) }}
    select
        {{ current_run_id() }} as run_id,
        op
        {%- for name in logged_columns() %},
        old_{{ name }},
        new_{{ name }}
        {%- endfor %}
    from {{ changes }};
    {%- endif %}
    {{ record_watermarks(recompute.after) }}
    {{ record_build('incremental', affected_count, found.inserted, found.updated, found.deleted) }}
    drop table {{ affected_table() }};
    drop table {{ former }};
    drop table {{ changes }};
{%- endmacro %}
