{% macro refuse_design(node, reason) -%}
    {{ exceptions.raise_compiler_error('physical design of ' ~ node.name ~ ': ' ~ reason) }}
{%- endmacro %}
