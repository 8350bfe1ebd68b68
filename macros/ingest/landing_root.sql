{% macro landing_root() -%}
    {{ return(env_var('DUCKSHIFT_LANDING_ROOT', 'data/landing')) }}
{%- endmacro %}
