{#- A subquery of the numbers 0 to n-1 in a column `n`: from {{ integers(100) }} as numbers. As many digits as
    are needed, cross joined: on Redshift generate_series runs on the leader node only and cannot meet data.
-#}
{% macro integers(n) -%}
    {%- set places = ((n - 1) | string | length) if n > 1 else 1 -%}
    (
        select
            {% for place in range(places) -%}
                {{ ' + ' if place }}digit_{{ place }}.n * {{ 10 ** place }}
            {%- endfor %} as n
        from
            {% for place in range(places) -%}
                {{ ' cross join ' if place -}}
                (
                    {%- for digit in range(10) -%}
                        {{ ' union all ' if digit }}select {{ digit }} as n
                    {%- endfor -%}
                ) as digit_{{ place }}
            {%- endfor %}
        where
            {% for place in range(places) -%}
                {{ ' + ' if place }}digit_{{ place }}.n * {{ 10 ** place }}
            {%- endfor %} < {{ n }}
    )
{%- endmacro %}
