{% test contiguous_history(model, key, valid_from='valid_from', valid_to='valid_to') %}
    -- Fails with every version that is empty, overlaps the next one, leaves a gap before it, or does not end
    -- open.
    with

    neighbours as (
        select
            {{ key | join(', ') }},
            {{ valid_from }} as version_from,
            {{ valid_to }} as version_to,
            lead({{ valid_from }}) over (
                partition by {{ key | join(', ') }} order by {{ valid_from }} asc nulls last
            ) as next_from
        from {{ model }}
    )

    select *
    from neighbours
    where
        version_from is null
        or version_to is null
        or version_from >= version_to
        or version_to != coalesce(next_from, cast('9999-12-31' as timestamp))
{% endtest %}
