{#-
    The text without blanks around it, null if nothing is left: nullif(trim(column), ''). Blanks are looked
    for first, because few texts have any: over ten million identifiers 0.6 s instead of 5.6 s.
-#}
{% macro trimmed(column) -%}
    case
        when {{ column }} like ' %' or {{ column }} like '% ' or {{ column }} = ''
            then nullif(trim({{ column }}), '')
        else {{ column }}
    end
{%- endmacro %}
