{% macro has_no_news() -%}
    {#-
        Whether this run leaves the table of this incremental model as it is, once the model is compiled: it
        exists, fits its code, and no input has news for it. Rows that other code worked out, a change log
        that is gone and a column that the table lacks are for dbt's own materialization.
    -#}
    {%- if not is_incremental() or config.get('grants') or config.get('persist_docs') -%}
        {{ return(false) }}
    {%- elif model.name in shared_in_run('models_without_files') -%}
        {%- set found = get_columns_in_relation(this) | map(attribute='name') | map('lower') | list -%}
        {{ return(not model.columns | reject('in', found) | list) }}
    {%- elif invocation_args_dict.get('empty') or invocation_args_dict.get('sample') -%}
        {{ return(false) }}
    {%- elif is_recomputed_in_part() and affected_table() not in model.compiled_code -%}
        {%- set known = shared_in_run('checksums') -%}
        {%- if 'by_model' not in known -%}
            {%- do known.update({'by_model': newest_checksums()}) -%}
        {%- endif -%}
        {{ return(known.by_model.get(model.name) == code_checksum()
            and load_relation(change_log(model.name)) is not none) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}
