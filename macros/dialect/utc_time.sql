{#- The UTC timestamp at which the wall clock of a time zone showed `timestamp_local`; the other way of
    local_time. An ambiguous time (clocks went back) is its first occurrence. A time that never was (clocks
    went forward) is read by the offset before the change: 02:30 on the night that 02:00 became 03:00 is the
    moment that showed 03:30. That is how Python (fold=0) and java.time read them. Null in, null out.

    Only the way from UTC, which is never ambiguous, is asked of the engine: the offset one day earlier gives
    the first candidate; it stands unless it shows another wall time and the offset one day later gives one
    that does not. (No zone of the tz database changes twice within two days and has shops.)

    Why the engines differ: the direct way gives the last occurrence in DuckDB (ICU) [ran on 2.0.0] and is not
    documented for Redshift's CONVERT_TIMEZONE. The arithmetic is add_seconds and seconds_between, where their
    words differ. -#}
{% macro utc_time(timestamp_local, time_zone) %}
    {{ return(adapter.dispatch('utc_time', 'duckshift')(timestamp_local, time_zone)) }}
{% endmacro %}

{% macro duckdb__utc_time(timestamp_local, time_zone) -%}
    {%- set wall = 'cast(' ~ timestamp_local ~ ' as timestamp)' -%}
    {%- set day_before = duckshift.add_seconds(wall, -86400) -%}
    {%- set day_after = duckshift.add_seconds(wall, 86400) -%}
    {%- set wall_before = duckshift.local_time(day_before, time_zone) -%}
    {%- set wall_after = duckshift.local_time(day_after, time_zone) -%}
    {%- set first_guess = duckshift.add_seconds(wall, duckshift.seconds_between(wall_before, day_before)) -%}
    {%- set last_guess = duckshift.add_seconds(wall, duckshift.seconds_between(wall_after, day_after)) -%}
    case
        when {{ duckshift.local_time(first_guess, time_zone) }} != {{ wall }}
            and {{ duckshift.local_time(last_guess, time_zone) }} = {{ wall }}
            then {{ last_guess }}
        else {{ first_guess }}
    end
{%- endmacro %}

{% macro redshift__utc_time(timestamp_local, time_zone) -%}
    {{ return(duckshift.duckdb__utc_time(timestamp_local, time_zone)) }}
{%- endmacro %}
