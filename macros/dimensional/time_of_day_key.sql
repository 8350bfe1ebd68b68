{% macro time_of_day_key(local_at) -%}
    {#- Key of a moment in dim_time_of_day: minutes since midnight by the clock that the moment is of. -#}
    cast(extract(hour from {{ local_at }}) * 60 + extract(minute from {{ local_at }}) as integer)
{%- endmacro %}
