{#- Whether two dates differ as by a slip: a day apart, or day and month exchanged; null if one is. -#}
{% macro is_date_slip(one, other) -%}
    (
        abs({{ days_between(one, other) }}) = 1
        or (
            extract(year from {{ one }}) = extract(year from {{ other }})
            and extract(month from {{ one }}) = extract(day from {{ other }})
            and extract(day from {{ one }}) = extract(month from {{ other }})
            and {{ one }} != {{ other }}
        )
    )
{%- endmacro %}
