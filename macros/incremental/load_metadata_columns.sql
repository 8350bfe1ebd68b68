{% macro load_metadata_columns() -%}
    {#- What says how a record came, not what it says: no logic depends on it, no comparison looks at it. -#}
    {{ return(['_run_id', '_loaded_at', '_landed_at', '_line']) }}
{%- endmacro %}
