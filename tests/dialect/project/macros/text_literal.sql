{#- A text as an SQL literal that both engines read alike: Redshift takes backslashes in literals as escapes. -#}
{% macro text_literal(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ value | string | replace("'", "''") | replace('\\', "' || chr(92) || '") | replace('\t', "' || chr(9) || '")
            | replace('\n', "' || chr(10) || '") | replace('\r', "' || chr(13) || '") }}'
    {%- endif -%}
{%- endmacro %}
