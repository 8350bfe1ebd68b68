{#- Whether a text is empty or fits `data_type` (see try_cast_text); never null. Null and, for every type but
    varchar, a text of blanks only are empty: whether a value is required is another check. -#}
{% macro fits_text(expression, data_type) -%}
    {%- set is_text = (data_type | lower).startswith('varchar') -%}
    {%- set text = expression if is_text else duckshift.trim_blanks(expression) -%}
    (
        coalesce({{ duckshift.bytes_of(text) }}, 0) = 0
        or {{ duckshift.try_cast_text(expression, data_type) }} is not null
    )
{%- endmacro %}
