{#- The wall clock of a time zone at a UTC timestamp, as timestamp without zone. `time_zone` is an SQL
    expression that holds an IANA name (a literal wants its quotes). Null in, null out; an unknown zone is an
    error on both engines.

    Why the engines differ: Redshift has CONVERT_TIMEZONE(from, to, timestamp); DuckDB has timezone(zone, x),
    which turns a timestamp into a timestamptz and back, so it is called twice and never sees the session's
    own zone. -#}
{% macro local_time(timestamp_utc, time_zone) %}
    {{ return(adapter.dispatch('local_time', 'duckshift')(timestamp_utc, time_zone)) }}
{% endmacro %}

{% macro duckdb__local_time(timestamp_utc, time_zone) -%}
    timezone({{ time_zone }}, timezone('UTC', cast({{ timestamp_utc }} as timestamp)))
{%- endmacro %}

{% macro redshift__local_time(timestamp_utc, time_zone) -%}
    convert_timezone('UTC', {{ time_zone }}, cast({{ timestamp_utc }} as timestamp))
{%- endmacro %}
