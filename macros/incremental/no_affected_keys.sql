{% macro no_affected_keys() -%}
    {#- No row, with `affected_key` in the type of the column that it is compared with. -#}
    {%- set recompute = (model.config.get('meta') or {}).get('recompute') or {} -%}
    {%- set column = (model.get('columns') or {}).get(recompute.get('by')) or {} -%}
    select cast(null as {{ column.get('data_type') or 'integer' }}) as affected_key
    where false
{%- endmacro %}
