{#- A timestamp moved by a whole number of seconds, which may be negative; fractions of the timestamp stay.

    Why the engines differ: Redshift has DATEADD, DuckDB has no DATEADD but adds intervals, which Redshift
    cannot build from a column ("Interval literals" are literals). -#}
{% macro add_seconds(timestamp_at, seconds) %}
    {{ return(adapter.dispatch('add_seconds', 'duckshift')(timestamp_at, seconds)) }}
{% endmacro %}

{% macro duckdb__add_seconds(timestamp_at, seconds) -%}
    (cast({{ timestamp_at }} as timestamp) + to_seconds({{ seconds }}))
{%- endmacro %}

{% macro redshift__add_seconds(timestamp_at, seconds) -%}
    dateadd(second, cast({{ seconds }} as integer), cast({{ timestamp_at }} as timestamp))
{%- endmacro %}
