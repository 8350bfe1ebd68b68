{% macro landed_value(field, found_types) -%}
    {#-
        A Parquet value as the contract's type, null where it does not fit. Text is held to the rules for
        text.
    -#}
    {%- set landed = field.name ~ '__landed' -%}
    {%- if 'VARCHAR' in found_types or field.data_type.startswith('varchar') -%}
        {{ try_cast_text('cast(' ~ landed ~ ' as varchar)', field.data_type) }}
    {%- else -%}
        try_cast({{ landed }} as {{ field.data_type }})
    {%- endif -%}
{%- endmacro %}
