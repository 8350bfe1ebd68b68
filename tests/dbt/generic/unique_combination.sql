{% test unique_combination(model, columns) %}
    -- Fails with every combination that occurs more than once: the grain that the model claims.
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
