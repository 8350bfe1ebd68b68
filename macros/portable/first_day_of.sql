{#- First day of the week (Monday), month, quarter or year that a date lies in, as date. -#}
{% macro first_day_of(part, date) -%}
    {%- if part not in ('week', 'month', 'quarter', 'year') -%}
        {{ exceptions.raise_compiler_error("first_day_of: week, month, quarter or year, not " ~ part) }}
    {%- endif -%}
    cast(date_trunc('{{ part }}', cast({{ date }} as date)) as date)
{%- endmacro %}
