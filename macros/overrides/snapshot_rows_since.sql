{% macro snapshot_rows_since(moment) -%}
    {#- Whether a version of a snapshot began or ended at a moment or later: a predicate. -#}
    (
        dbt_valid_from >= cast('{{ moment }}' as timestamp)
        or (
            dbt_valid_to >= cast('{{ moment }}' as timestamp)
            {%- if config.get('dbt_valid_to_current') %}
            and dbt_valid_to != {{ config.get('dbt_valid_to_current') }}
            {%- endif %}
        )
    )
{%- endmacro %}
