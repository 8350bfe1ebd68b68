{#- A date or timestamp as an integer YYYYMMDD, the key of dim_date; null for null. -#}
{% macro date_key(date) -%}
    cast(
        extract(year from {{ date }}) * 10000
        + extract(month from {{ date }}) * 100
        + extract(day from {{ date }})
        as integer
    )
{%- endmacro %}
