{% test not_null_columns(model, columns) %}
    -- Fails with every row that lacks a value in one of the columns: one scan for all of them.
    select {{ columns | join(', ') }}
    from {{ model }}
    where
        {%- for column in columns %}
        {{ 'or ' if not loop.first }}{{ column }} is null
        {%- endfor %}
{% endtest %}
