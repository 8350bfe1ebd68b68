{% macro record_full_build() -%}
    {#-
        A post-hook, in the transaction that created the table. Where the strategy ran instead, it has said
        all this itself.
    -#}
    {%- set is_recomputed_model = config.get('materialized') == 'incremental'
        and config.get('incremental_strategy') == 'recompute' -%}
    {%- if execute and is_recomputed_model and not model.get('is_recomputed') -%}
        {{ log_reset(logged_columns()) }}
        {%- if invocation_args_dict.get('empty') or invocation_args_dict.get('sample') -%}
            {#- Of its inputs a part at most was read: the next run looks at everything. -#}
            {%- if watermarks_of(model.name) %}
        delete from {{ control_relation('watermarks') }} where model_name = '{{ model.name }}';
            {%- endif %}
        {%- else %}
        {{ record_watermarks(recompute_config().after) }}
        {%- endif %}
        {{ record_build('full', 'null', '(select count(*) from ' ~ this ~ ')', 0, 0) }}
    {%- endif -%}
{%- endmacro %}
