{% macro is_relevant_change(rule) -%}
    {#-
        A predicate over a change log: whether a change matters to the reader with this rule. Without `reads`
        every change does; with it an update matters only if it changed one of those columns.
    -#}
    {%- set relevant = ["op != 'update'"] -%}
    {%- for name in rule.get('reads', []) -%}
        {%- do relevant.append(is_distinct('old_' ~ name, 'new_' ~ name)) -%}
    {%- endfor -%}
    ({{ relevant | join(' or ') if 'reads' in rule else 'true' }})
{%- endmacro %}
