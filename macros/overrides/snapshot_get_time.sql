{% macro snapshot_get_time() -%}
    {#-
        dbt dates withdrawn rows by the clock, even where `updated_at` is given. Ours are dated by the dump
        that no longer holds them; without a dump there is nothing to date, and nothing may fall back on the
        clock.
    -#}
    {%- if not model.get('snapshot_dump_at') -%}
        {{ exceptions.raise_compiler_error(
            "snapshot " ~ model.name ~ " asks for the time outside a dump: declare meta.dump_column") }}
    {%- endif -%}
    cast('{{ model["snapshot_dump_at"] }}' as timestamp)
{%- endmacro %}
