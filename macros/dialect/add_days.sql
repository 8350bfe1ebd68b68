{#- A date moved by a whole number of days (may be negative), as date.

    Why the engines differ: Redshift's DATEADD gives a timestamp whatever goes in ("DATEADD", return type);
    DuckDB has date + integer, which stays a date, while date + interval becomes a timestamp. -#}
{% macro add_days(date, days) %}
    {{ return(adapter.dispatch('add_days', 'duckshift')(date, days)) }}
{% endmacro %}

{% macro duckdb__add_days(date, days) -%}
    (cast({{ date }} as date) + cast({{ days }} as integer))
{%- endmacro %}

{% macro redshift__add_days(date, days) -%}
    cast(dateadd(day, cast({{ days }} as integer), cast({{ date }} as date)) as date)
{%- endmacro %}
