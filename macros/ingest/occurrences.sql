{% macro occurrences(text, character) -%}
    (length({{ text }}) - length(replace({{ text }}, '{{ character }}', '')))
{%- endmacro %}
