{#- A name for comparison: letters only, in lower case, without marks; null if nothing is left. What
    translate() has no substitute for goes. -#}
{% macro comparable_name(expression) -%}
    {%- set letters = 'translate(' ~ folded_text(expression)
        ~ ", chr(9) || chr(39) || chr(96) || ' .,-_/()0123456789’´', '')" -%}
    cast(case when length({{ letters }}) > 0 then {{ letters }} end as varchar(128))
{%- endmacro %}
