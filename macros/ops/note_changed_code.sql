{% macro note_changed_code(results) -%}
    {#-
        A run with nothing new records no build of a model, so its new code would go unseen until data come:
        for each model of this run whose code is not that of its last build, a build without rows is
        recorded. With --empty and --sample the compiled code is not the model's.
    -#}
    {%- set is_whole = not invocation_args_dict.get('empty') and not invocation_args_dict.get('sample') -%}
    {%- set builds = control_relation('model_builds') -%}
    {%- set checksums = {} -%}
    {%- for result in results if is_whole and result.status == 'success'
        and result.node.resource_type == 'model'
        and (result.node.config.meta or {}).get('recompute') -%}
        {%- do checksums.update({result.node.name: code_checksum(result.node)}) -%}
    {%- endfor -%}
    {%- if checksums -%}
        {%- set changed = [] -%}
        {%- for name, checksum in newest_checksums().items() if checksums.get(name, checksum) != checksum -%}
            {%- do changed.append(name) -%}
        {%- endfor -%}
        {%- if changed -%}
            {%- call statement('note_changed_code', auto_begin=true) -%}
                insert into {{ builds }} (
                    model_name, run_id, build_kind, code_checksum, affected_key_count, inserted_row_count,
                    updated_row_count, deleted_row_count
                )
                values
                {%- for name in changed %}
                ('{{ name }}', {{ current_run_id() }}, 'incremental', '{{ checksums[name] }}', 0, 0, 0, 0)
                {{- ',' if not loop.last }}
                {%- endfor %}
            {%- endcall -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
