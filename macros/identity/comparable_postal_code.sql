{#- A postal code for comparison: no blanks and hyphens, in lower case; null if nothing is left. -#}
{% macro comparable_postal_code(expression) -%}
    {%- set code = "translate(lower(" ~ expression ~ "), ' -', '')" -%}
    cast(case when length({{ code }}) > 0 then {{ code }} end as varchar(32))
{%- endmacro %}
