{% macro prepared_merge(arg_dict) -%}
    {#- The arguments of a merge strategy, once its staged rows are found fit, with the collocated key. -#}
    {%- set unique_key = arg_dict['unique_key'] -%}
    {%- if not unique_key -%}
        {{ return(arg_dict) }}
    {%- endif -%}
    {%- do staged_keys_are_unique(arg_dict['temp_relation'], unique_key) -%}
    {{ return(dict(arg_dict, unique_key=collocated_key(unique_key))) }}
{%- endmacro %}
