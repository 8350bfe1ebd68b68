{% macro landed_value(landed, data_type, found_type) -%}
    {#-
        A Parquet value as the contract's type, null where it does not fit. Text is held to the rules for
        text. A number of another kind fits if the contract's type can hold it: 2.0 is a bigint, 1.5 is none,
        and 0.30000000000000004 is the decimal 0.3.
    -#}
    {%- set is_number = data_type.startswith('decimal') or data_type in ('integer', 'bigint', 'smallint') -%}
    {%- set has_fraction = found_type.startswith(('DECIMAL', 'DOUBLE', 'FLOAT')) -%}
    {%- if data_type.startswith('varchar') -%}
        {#- No text of Redshift holds a null character. -#}
        case
            when strpos(cast({{ landed }} as varchar), chr(0)) = 0
                then {{ try_cast_text('cast(' ~ landed ~ ' as varchar)', data_type) }}
        end
    {%- elif found_type == 'VARCHAR' -%}
        {{ try_cast_text('cast(' ~ landed ~ ' as varchar)', data_type) }}
    {%- elif data_type == 'boolean' and found_type != 'BOOLEAN' -%}
        {{ try_cast_text('cast(' ~ landed ~ ' as varchar)', data_type) }}
    {%- elif is_number and has_fraction and found_type != data_type | upper -%}
        case
            when
                abs(cast(try_cast({{ landed }} as {{ data_type }}) as double) - cast({{ landed }} as double))
                <= 0.000000001 * greatest(abs(cast({{ landed }} as double)), 1)
                then try_cast({{ landed }} as {{ data_type }})
        end
    {%- else -%}
        try_cast({{ landed }} as {{ data_type }})
    {%- endif -%}
{%- endmacro %}
