{% macro is_recomputed_in_part() -%}
    {#-
        Whether this run changes an existing table by the strategy `recompute`, not builds it from nothing. In
        a unit test there is no table (`this` is none).
    -#}
    {{ return(this is not none and is_incremental() and config.get('incremental_strategy') == 'recompute') }}
{%- endmacro %}
