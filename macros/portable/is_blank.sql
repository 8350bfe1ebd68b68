{#-
    Whether a text is null or has nothing but spaces, tabs and line ends. They come before every other
    character, so the first one settles it for most texts: trimming is slow. The expression is repeated.
-#}
{% macro is_blank(expression) -%}
    ({{ expression }} is null or ({{ expression }} < '!' and {{ duckshift.trim_blanks(expression) }} = ''))
{%- endmacro %}
