{% macro unknown_attributes(types) -%}
    {#-
        Nulls for the attributes of a member of which nothing is known; `types` maps each column to its type.
    -#}
    {%- for name, data_type in types.items() -%}
    cast(null as {{ data_type }}) as {{ name }}{{ ',\n' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
