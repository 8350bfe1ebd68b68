{% macro every_key_sql(recompute) -%}
    {#- Every key there is: in this table, and in the inputs that name keys. -#}
    select {{ recompute.by }} as affected_key
    from {{ this }}
    where {{ recompute.by }} is not null
    {%- for name, rules in recompute.after.items() %}
    {%- for rule in rules if rule.get('key') or rule.get('gives') or rule.get('mentions') %}
    {%- set key = rule.get('key') or rule.get('gives') or rule.mentions[recompute.by] %}
    union
    select {{ key }} as affected_key
    from {{ ref(rule.get('through') or name) }}
    where {{ key }} is not null
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}
