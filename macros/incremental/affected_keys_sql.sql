{% macro affected_keys_sql() -%}
    {#- The query that finds the affected keys of this model, or none if nothing unread matters to it. -#}
    {%- set recompute = recompute_config() -%}
    {%- set unread = unread_inputs(recompute) -%}
    {%- if not unread -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set queries = [] -%}
    {%- set needs_all = unread | selectattr('needs_all') | list -%}
    {%- if needs_all and recompute.by == 'all' -%}
        {%- do queries.append('select 1 as affected_key') -%}
    {%- elif needs_all -%}
        {%- do queries.append(every_key_sql(recompute)) -%}
    {%- else -%}
        {%- for input in unread -%}
            {%- do queries.append(affected_by_sql(input, recompute.by)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return('    select affected_key from (\n    ' ~ queries | join('\n    union\n    ')
        ~ '\n    ) as found group by affected_key') }}
{%- endmacro %}
