{#-
    Days from one date to another as integer, negative when the end is earlier. Times of day are dropped
    first.
-#}
{% macro days_between(start_date, end_date) -%}
    cast(cast({{ end_date }} as date) - cast({{ start_date }} as date) as integer)
{%- endmacro %}
