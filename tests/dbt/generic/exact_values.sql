{% test exact_values(model, column_name, values) %}
    -- Fails with every value that is not in the list, and with every value of the list that no row has.
    with

    listed as (
        {%- for value in values %}
        select '{{ value }}' as listed_value
        {%- if not loop.last %}

        union all
        {%- endif %}
        {%- endfor %}
    )

    select
        listed.listed_value,
        found.{{ column_name }} as found_value
    from listed
    full outer join {{ model }} as found
        on listed.listed_value = found.{{ column_name }}
    where
        listed.listed_value is null
        or found.{{ column_name }} is null
{% endtest %}
