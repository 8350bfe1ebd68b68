{% macro changed_rows_sql(input, columns) -%}
    {#- Old and new values of logged columns in the changes of an input that were not read yet and matter. -#}
    {%- for side, without in [('new', 'delete'), ('old', 'insert')] %}
    select
        {%- for name in columns %}
        {{ side }}_{{ name }} as changed_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ input.log }}
    where
        run_id > {{ input.watermark }}
        and op not in ('reset', '{{ without }}')
        and {{ is_relevant_change(input.rule) }}
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
