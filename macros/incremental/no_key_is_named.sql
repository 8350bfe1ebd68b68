{% macro no_key_is_named() -%}
    {#- What a compiled model says where its inputs have news that names no key: the strategy reads it. -#}
    {{ return('news that names no key') }}
{%- endmacro %}
