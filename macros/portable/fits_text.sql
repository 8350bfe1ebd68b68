{#- Whether a text is empty or fits `data_type` (see try_cast_text); never null. Null and, for every type but
    varchar, a text of blanks only are empty: whether a value is required is another check. What needs no
    trimming and no cast is found first, because nearly every value is of that kind. The expression is
    repeated. -#}
{% macro fits_text(expression, data_type) -%}
    {%- set type = data_type | lower | replace(' ', '') -%}
    {%- set digits = {'smallint': 4, 'integer': 9, 'int': 9, 'bigint': 18}.get(type) -%}
    {%- set fits = duckshift.try_cast_text(expression, data_type) ~ ' is not null' -%}
    {%- if type.startswith('varchar') -%}
        (coalesce({{ duckshift.bytes_of(expression) }}, 0) = 0 or {{ fits }})
    {%- else -%}
        case
            when {{ duckshift.is_blank(expression) }} then true
            {%- if digits %}
            when {{ duckshift.matches_text(expression, '[+-]?[0-9]{1,' ~ digits ~ '}') }} then true
            {%- elif type != 'boolean' %}
            when {{ duckshift.matches_text(expression, duckshift.text_pattern(type)) }}
                {%- if type in ('date', 'timestamp') %} and {{ expression }} >= '0001'{% endif %} then true
            {%- endif %}
            else {{ fits }}
        end
    {%- endif -%}
{%- endmacro %}
