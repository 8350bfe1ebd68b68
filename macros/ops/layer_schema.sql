{% macro layer_schema(layer) -%}
    {%- if target.schema == 'main' -%}
        {#- Production, and the default on one machine: bronze, silver, gold, ops ... -#}
        {{ return(layer) }}
    {%- else -%}
        {#- A developer's or CI's own copy beside others: dev_ana_gold, ci_123_gold. -#}
        {{ return(target.schema ~ '_' ~ layer) }}
    {%- endif -%}
{%- endmacro %}
