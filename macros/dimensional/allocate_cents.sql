{% macro allocate_cents(amount, weight, total, group_key, row_key) -%}
    {#-
        The share of a row in an amount of its group, in proportion to whole-number weights, as decimal(18,2).
        Shares are cut to the cent below, and the cents that are left go one each to the largest remainders
        (ties: the smallest row key), so that they sum to the amount exactly. Weight and total are whole
        numbers, total > 0 is the group's sum. Exact while abs(amount in cents) x total stays below 9.2e18,
        such as 30 million spread over 30 million.
    -#}
    {%- set cents -%} cast(abs({{ amount }}) * 100 as bigint) {%- endset -%}
    {%- set share -%} {{ floor_divide(cents ~ ' * ' ~ weight, total) }} {%- endset -%}
    {%- set remainder -%} mod({{ cents }} * {{ weight }}, {{ total }}) {%- endset -%}
    cast(
        sign({{ amount }}) * (
            {{ share }}
            + case
                when row_number() over (
                    partition by {{ group_key }}
                    order by {{ remainder }} desc nulls last, {{ row_key }} asc nulls last
                ) <= {{ cents }} - sum({{ share }}) over (partition by {{ group_key }})
                    then 1
                else 0
            end
        ) * 0.01
        as decimal(18,2)
    )
{%- endmacro %}
