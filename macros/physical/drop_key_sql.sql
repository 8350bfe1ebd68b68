{% macro drop_key_sql(relation, name) -%}
    {#- With the foreign keys that refer to it. -#}
    {{ return('alter table ' ~ relation ~ ' drop constraint ' ~ name ~ ' cascade') }}
{%- endmacro %}
