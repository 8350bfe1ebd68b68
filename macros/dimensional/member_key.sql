{% macro member_key(natural_id, key, missing=-1) -%}
    {#-
        The key of a dimension in a fact: `missing` where the fact names nothing, -1 (unknown) where it names
        what the dimension does not hold.
    -#}
    case when {{ natural_id }} is null then {{ missing }} else coalesce({{ key }}, -1) end
{%- endmacro %}
