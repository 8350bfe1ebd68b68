{#- An e-mail address for comparison: lower case, no blanks, no tag (ana+shop@example.org is ana@example.org);
    null for a text that is no address. -#}
{% macro comparable_email(expression) -%}
    {%- set address = "replace(lower(" ~ expression ~ "), ' ', '')" -%}
    cast(
        case
            when position('@' in {{ address }}) <= 1 then null
            when
                position('+' in {{ address }}) > 1
                and position('+' in {{ address }}) < position('@' in {{ address }})
                then
                    substring({{ address }}, 1, position('+' in {{ address }}) - 1)
                    || substring({{ address }}, position('@' in {{ address }}))
            else {{ address }}
        end as varchar(256)
    )
{%- endmacro %}
