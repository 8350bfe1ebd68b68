{% macro device_key(device_category, operating_system, browser) -%}
    {#- Key of a device in dim_device; -1 where nothing is known. -#}
    case
        when coalesce({{ device_category }}, {{ operating_system }}, {{ browser }}) is null then -1
        else {{ hash_key([device_category, operating_system, browser]) }}
    end
{%- endmacro %}
