{#-
    A text without the spaces, tabs and line ends around it. chr() because Redshift reads '\t' in a literal
    and DuckDB not.
-#}
{% macro trim_blanks(expression) -%}
    {%- set blanks = "chr(9) || chr(10) || chr(13) || ' '" -%}
    ltrim(rtrim({{ expression }}, {{ blanks }}), {{ blanks }})
{%- endmacro %}
